import { expect, test } from 'vitest';
import { toAlertRules } from '../../shared/fleet/alert-rules.ts';
import { toGates } from '../../shared/fleet/gates.ts';
import { gateSchema } from '../../shared/fleet/schema-gates.ts';
import { parse, problemsOf, soundConfig } from './configs.ts';

const [staging, external] = soundConfig.waves;
const [wave, service] = [staging?.name ?? '', Object.keys(soundConfig.services)[0] ?? ''];
const withAlerts = (...alerts: readonly unknown[]) => JSON.stringify({ ...soundConfig, alerts });
const withGate = (gate: object, waves: object = {}) =>
  JSON.stringify({
    ...soundConfig,
    gates: { ...soundConfig.gates, e2e: gate },
    waves: [{ ...staging, gates: [...(staging?.gates ?? []), 'e2e'], ...waves }, external],
  });
const told = async (text: string) =>
  (await problemsOf('fleet.json', text)).map((problem) => problem.replace(/ fleet\.json:\d+:\d+/, ''));

test('rules for alerts are part of the release, in their order; without any it has no member for them', async () => {
  const rules = [
    { targets: {}, labels: { cluster: '{cluster}' } },
    { wave, labels: { team: 'x' } },
    { service, labels: { job: 'y' } },
  ];
  const parsed = await parse('fleet.json', withAlerts(...rules));
  expect(parsed.ok && toAlertRules(parsed.config.alerts)).toEqual({ alerts: rules });
  const without = await parse('fleet.json', JSON.stringify(soundConfig));
  expect(without.ok && toAlertRules(without.config.alerts)).toEqual({});
});

test.each<[string, unknown, string]>([
  [
    'a wave that is not there',
    { wave: `${wave}x`, labels: { a: 'b' } },
    `UNKNOWN_WAVE /alerts/0/wave: there is no wave "${wave}x"; expected a name of waves; did you mean ${wave}?`,
  ],
  [
    'a service that is not there',
    { service: 'nowhere', labels: { a: 'b' } },
    'UNKNOWN_SERVICE /alerts/0/service: there is no service "nowhere"; expected a name of services',
  ],
  [
    'labels that no target has',
    { targets: { stage: 'moon' }, labels: { a: 'b' } },
    'ALERT_NOWHERE /alerts/0/targets: no target has {"stage":"moon"}; expected labels that at least one target has',
  ],
  [
    'a placeholder that nothing is known for',
    { targets: {}, labels: { a: '{clutser}' } },
    'PLACEHOLDER /alerts/0/labels/a: nothing is known to fill in for {clutser}',
  ],
  ['no label at all', { wave, labels: {} }, 'SCHEMA_VALUE /alerts/0/labels: the rule asks for no label'],
  ['two places', { wave, service, labels: { a: 'b' } }, 'SCHEMA_CHOICE /alerts/0: '],
  ['no place', { labels: { a: 'b' } }, 'SCHEMA_CHOICE /alerts/0: '],
])('a rule with %s is refused', async (_, rule, problem) => {
  expect(await told(withAlerts(rule))).toEqual([expect.stringContaining(problem)]);
});

test.each<[unknown, unknown]>([
  [{ tests: { job: 'smoke' } }, { kind: 'test', test: { job: 'smoke' }, withinMs: 600_000, moments: ['after'] }],
  [
    { tests: { callback: 'https://ci.example.com/', secret: 'ci' }, within: '2m', when: 'both', effect: 'report' },
    {
      kind: 'test',
      test: { callback: 'https://ci.example.com/', secret: 'ci', allow: [] },
      withinMs: 120_000,
      moments: ['before', 'after'],
      effect: 'report',
    },
  ],
  [
    { tests: { workflow: 'e2e.yml' }, when: 'before' },
    { kind: 'test', test: { workflow: 'e2e.yml', ref: 'main', inputs: {} }, withinMs: 600_000, moments: ['before'] },
  ],
])('%j is in the words of the rollout', (entry, gate) => {
  expect(toGates({ e2e: gateSchema.parse(entry) }, [], {}).e2e).toEqual(gate);
});

const callback = { callback: 'https://ci.example.com/{target}', secret: 'ci' };
test.each<[string, object, object, string]>([
  [
    'of a Job before it is there',
    { tests: { job: 'smoke' }, when: 'both' },
    {},
    'GATE_INVALID /gates/e2e/when: job smoke is of the release, which is not there before the wave is entered; expected after',
  ],
  [
    'that takes longer than the wave waits for it',
    { tests: callback, within: '1h' },
    { soak: '2m', inconclusiveWithin: '2m' },
    'GATE_INVALID /gates/e2e/within: it may take 1h, and wave staging soaks and waits for 240 s',
  ],
  [
    'that takes longer than its entry may',
    { tests: callback, within: '3m', when: 'before' },
    { soak: '1h', inconclusiveWithin: '2m' },
    'GATE_INVALID /gates/e2e/within: it may take 3m, and wave staging waits for 2m before it is entered',
  ],
  [
    'that nobody could trust',
    { tests: { callback: 'https://ci.example.com/' } },
    {},
    'MISSING_FIELD /gates/e2e/tests/secret: secret is missing',
  ],
  [
    'of no file',
    { tests: { workflow: 'e2e' } },
    {},
    'SCHEMA_VALUE /gates/e2e/tests/workflow: "e2e" is not accepted; expected the file of a workflow, as e2e.yml',
  ],
  [
    'with a placeholder of nothing',
    { tests: { workflow: 'e2e.yml', inputs: { at: '{taget}' } } },
    {},
    'PLACEHOLDER /gates/e2e/tests/inputs/at: nothing is known to fill in for {taget}',
  ],
  ['of two kinds', { tests: { ...callback, job: 'x' } }, {}, 'SCHEMA_CHOICE /gates/e2e/tests: '],
])('a test %s is refused', async (_, gate, waves, problem) => {
  expect(await told(withGate(gate, waves))).toEqual([expect.stringContaining(problem)]);
});
