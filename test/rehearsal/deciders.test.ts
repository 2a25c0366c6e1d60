import { describe, expect, it, test } from 'vitest';
import { assessExpectations } from '../../local/rehearsal/assess-expectations.ts';
import { assessHalts } from '../../local/rehearsal/assess-halts.ts';
import { chooseTargets, waveOf } from '../../local/rehearsal/choose-targets.ts';
import { measureRehearsal } from '../../local/rehearsal/measure-rehearsal.ts';
import { delayOf, hasCome, type Known } from '../../local/rehearsal/moments.ts';
import { planFirst, planStandIns, type WrittenConfig } from '../../local/rehearsal/plan-stand-ins.ts';
import type { Rehearsed } from '../../local/rehearsal/rehearsed.ts';
import { sayMs } from '../../local/rehearsal/say-ms.ts';
import type { Target } from '../../shared/rollout/target.ts';

const target = (name: string, stage: string): Target => ({
  name,
  locator: { eks: { account: '111111111111', region: 'us-east-1', cluster: name } },
  labels: { stage },
  namespace: 'default',
  allow: [],
});
const targets = [target('c', 'prod'), target('a', 'staging'), target('b', 'prod')];
const waves = [
  { name: 'staging', targets: ['a'] },
  { name: 'prod', targets: ['b', 'c'] },
];

describe('targets of a scenario', () => {
  test.each([
    [{}, ['a', 'b', 'c']],
    [{ wave: 'last' }, ['b', 'c']],
    [{ wave: 'prod', first: 1 }, ['b']],
    [{ wave: 'second', labels: { stage: 'staging' } }, []],
    [{ labels: { stage: 'prod' } }, ['b', 'c']],
    [{ names: ['c', 'x'] }, ['c']],
    [{ wave: 'other' }, []],
  ])('%j are %j', (reference, names) => {
    expect(chooseTargets(reference, targets, waves).map(({ name }) => name)).toEqual(names);
  });

  it('are of the wave that is called so before they are of that place', () => {
    const called = [{ name: 'last', targets: ['a'] }, ...waves];
    expect(waveOf('last', called)?.targets).toEqual(['a']);
  });
});

describe('the moment of something', () => {
  const nothing: Known = { events: [], soaking: new Set(), goingBack: new Set(), written: new Set() };
  const event = (kind: 'turn' | 'batch' | 'approval', text = '', wave = 'staging') => ({ at: 0, kind, text, wave });

  test.each([
    [{ event: 'rollout-begins' }, nothing, true],
    [{ event: 'wave-begins' }, nothing, false],
    [{ event: 'wave-begins' }, { ...nothing, events: [event('turn')] }, true],
    [{ event: 'wave-begins', wave: 'last' }, { ...nothing, events: [event('turn')] }, false],
    [{ event: 'batch-begins', wave: 'first' }, { ...nothing, events: [event('batch')] }, true],
    [{ event: 'approval-asked' }, { ...nothing, events: [event('approval', 'staging approved by ana')] }, false],
    [{ event: 'approval-asked' }, { ...nothing, events: [event('approval', 'waits for 1 of a')] }, true],
    [{ event: 'soak-begins', wave: 'last' }, { ...nothing, soaking: new Set(['staging']) }, false],
    [{ event: 'soak-begins', wave: 'first' }, { ...nothing, soaking: new Set(['staging']) }, true],
    [{ event: 'way-back-begins' }, { ...nothing, goingBack: new Set(['prod']) }, true],
    [{ event: 'target-written' }, { ...nothing, written: new Set(['x']) }, false],
    [{ event: 'target-written' }, { ...nothing, written: new Set(['b']) }, true],
    [{ event: 'target-written', wave: 'last' }, { ...nothing, written: new Set(['a']) }, false],
    [{ event: 'target-written', wave: 'last' }, { ...nothing, written: new Set(['a', 'b']) }, true],
    [{ event: 'target-written', wave: 'other' }, { ...nothing, written: new Set(['a', 'b']) }, false],
  ] as const)('%j after %j has come: %s', (when, known, has) => {
    expect(hasCome(when, known, waves, ['a', 'b'])).toBe(has);
  });

  test.each([
    [{}, 0],
    [{ after: '30s' }, 30_000],
    [{ within: '1m' }, 15_000],
    [{ after: '30s', within: '1m' }, 45_000],
  ])('is put off by %j for %i ms, where chance gives a quarter', (when, ms) => {
    expect(delayOf({ event: 'rollout-begins', ...when }, () => 0.25)).toBe(ms);
  });
});

describe('what stands in for a gate', () => {
  const config = (gates: WrittenConfig['gates']): WrittenConfig => ({
    services: { web: { jsonnet: 'web.jsonnet' } },
    targets: { a: { kubeconfig: { path: '/kc' } } },
    waves: [{ name: 'all', targets: {}, gates: Object.keys(gates ?? {}), soak: '1m', approval: { roles: ['x'] } }],
    gates,
    metrics: { dd: { datadog: 'datadoghq.eu', apiKeySecret: 'k', appKeySecret: 'a' } },
  });
  const counted = { source: 'dd', errors: 'sum:errors{}', requests: 'sum:requests{}', window: '5m' };

  test.each([
    [
      'a probe of the public name',
      { probe: { http: 'https://{target}.example.com/up' }, below: { failures: 0.1 } },
      'as-written',
    ],
    [
      'a probe of another name',
      { probe: { http: 'https://{target}.acme.io/up' }, below: { failures: 0.1 } },
      'stands-in',
    ],
    ['a probe by gRPC', { probe: { grpc: '{target}.acme.io:443' }, below: { failures: 0.1 } }, 'stands-in'],
    ['a certificate', { probe: { tls: '{target}.acme.io:443' }, below: { failures: 0.1 } }, 'left-out'],
    ['counts of another store', { metric: counted, failAbove: 0.01 }, 'stands-in'],
    ['a value that nobody knows', { metric: { source: 'dd', query: 'avg:queue.depth{}' }, failAbove: 5 }, 'left-out'],
    ['alerts', { alerts: { source: 'dd', labels: {} } }, 'left-out'],
  ] as const)('%s: %s', (_, gate, how) => {
    const planned = planStandIns(config({ gate }));
    expect(planned.gates.map((each) => each.how)).toEqual([how]);
    expect(planned.config.waves[0]?.gates).toEqual(how === 'left-out' ? [] : ['gate']);
  });

  it('asks counts over the window that was asked over', () => {
    const { config: planned, windows } = planStandIns(config({ errors: { metric: counted, failAbove: 0.01 } }));
    expect(planned.gates?.errors).toMatchObject({
      metric: { source: 'rehearsed', errors: expect.stringContaining('[5m]') },
      failAbove: 0.01,
    });
    expect(planned.metrics).toEqual({ rehearsed: { prometheus: 'https://metrics.example.com' } });
    expect(windows).toEqual(['5m']);
  });

  it('probes a soak of hours less often, and says so', () => {
    const written = config({
      up: { probe: { http: 'https://{target}.example.com/', rate: '10/s' }, below: { failures: 0.1 } },
    });
    const long = { ...written, waves: written.waves.map((wave) => ({ ...wave, soak: '12h' })) };
    expect(planStandIns(written).config.gates?.up).toMatchObject({ probe: { rate: '10/s' } });
    expect(planStandIns(long).config.gates?.up).toMatchObject({ probe: { rate: '0.462/s' } });
    expect(planStandIns(long).gates[0]?.because).toContain('0.462/s in place of 10/s');
  });

  it('lets the version before come up without people, soaks and gates but probes', () => {
    const { config: planned } = planStandIns(config({ errors: { metric: counted, failAbove: 0.01 } }));
    expect(planFirst(planned)).toMatchObject({
      waves: [{ name: 'all', targets: {}, gates: ['errors'] }],
      gates: { errors: { effect: 'report' } },
    });
  });
});

test.each([
  ['in the half minute that what was under way may take', [39_999], []],
  ['after it', [40_000], ['written: a']],
  ['once it goes on', [100_000], []],
  ['while it is halted again, to the end', [230_000], ['written: a']],
])('a write to a target that is halted from 10 s to 100 s and from 200 s on: %s', (_, times, came) => {
  const halts = [{ from: 10_000, until: 100_000 }, { from: 200_000 }];
  expect(
    assessHalts(
      halts,
      new Map([
        ['a', times],
        ['b', []],
      ]),
    ).map((each) => each.came),
  ).toEqual(came);
});

describe('the measures of a rehearsal', () => {
  const facts: Rehearsed = {
    ...{
      scenario: 'a',
      seed: '1',
      beganAt: 0,
      endedAt: 60_000,
      waves,
      badOn: ['a', 'b', 'c'],
      outcome: 'rolled_back',
      because: '',
    },
    events: [
      { at: 5_000, kind: 'verdict', text: 'before', gate: 'up', gateKind: 'probe', verdict: 'pass' },
      {
        at: 21_000,
        kind: 'stop',
        text: 'stops staging',
        wave: 'staging',
        target: 'a',
        gate: 'up',
        gateKind: 'probe',
        verdict: 'fail',
      },
      { at: 21_000, kind: 'wave', text: 'staging failed: it', wave: 'staging' },
    ],
    ...{
      injected: [],
      acted: [],
      missed: [],
      told: [{ at: 3_000, to: 'everybody', text: 'wave x waits for 1 of y' }],
      stops: [],
      gates: [],
      leftOut: [],
    },
    targets: [
      {
        name: 'a',
        wave: 'staging',
        writes: 2,
        firstWriteAt: 20_000,
        runs: 'before',
        calls: 100,
        failed: 3,
        outMs: 4_000,
        firstOutAt: 20_500,
        lastOutAt: 24_500,
      },
      { name: 'b', wave: 'prod', writes: 0, runs: 'before', calls: 100, failed: 0, outMs: 0 },
    ],
  };

  it('are from the first write of a bad version to what noticed it, and to the end of the way back', () => {
    expect(measureRehearsal(facts)).toEqual({
      troubleAt: 20_000,
      noticed: { at: 21_000, by: 'gate up (probe) on a', afterMs: 1_000 },
      restoredAfterMs: 40_000,
      notWell: [],
      ...{ touched: ['a'], untouched: ['b'], back: ['a'], calls: 200, failed: 3, out: ['a'], longestOutMs: 4_000 },
    });
  });

  it('are from a fault on, where one comes first', () => {
    const fault = { at: 19_000, fault: 'api-down' as const, targets: ['b'] };
    expect(measureRehearsal({ ...facts, injected: [fault] })).toMatchObject({
      troubleAt: 19_000,
      noticed: { afterMs: 2_000 },
    });
  });

  it('are from the first write to a target where the version is bad, where it is bad on some', () => {
    const [a, b] = facts.targets;
    const later = {
      ...facts,
      badOn: ['b'],
      targets: [
        { ...a, firstWriteAt: 1_000 },
        { ...b, firstWriteAt: 20_500 },
      ],
    };
    expect(measureRehearsal(later as Rehearsed)).toMatchObject({ troubleAt: 20_500, noticed: { afterMs: 500 } });
  });

  it.each([
    ['is out in the end', { outcome: 'rolled_back' }, { isOut: true }],
    ['was left on the new version', { outcome: 'failed' }, { runs: 'new' }],
    ['was not back when it was given up', { outcome: 'running' }, { runs: 'both' }],
  ] as const)('say that all is not well again where a target %s', (_, change, of) => {
    const left = {
      ...facts,
      ...change,
      targets: facts.targets.map((each) => (each.name === 'a' ? { ...each, ...of } : each)),
    };
    expect(measureRehearsal(left).notWell).toEqual(['a']);
    const held = assessExpectations(
      { expect: { restoredWithin: '10h' }, to: { behaves: {}, where: {} } },
      left,
      targets,
    ).filter(({ expected }) => expected.startsWith('all is well'));
    expect(held).toEqual([{ expected: 'all is well again within 10h', held: false, came: 'in the end not: a' }]);
  });

  it.each([
    ['staging', false, 'deployment'],
    ['prod', true, 'up, probe, deployment'],
  ])('a gate that had too little to say of %s stopped prod: %s', (wave, held, came) => {
    const events: Rehearsed['events'] = [
      { at: 1, kind: 'verdict', text: 'after', wave, gate: 'up', gateKind: 'probe', verdict: 'inconclusive' },
      { at: 2, kind: 'deployment', text: 'b failed', wave: 'prod', target: 'b', outcome: 'failed' },
      { at: 3, kind: 'wave', text: 'prod failed: lost b', wave: 'prod' },
    ];
    const scenario = { expect: { stoppedBy: ['probe'] }, to: { behaves: {}, where: {} } };
    expect(assessExpectations(scenario, { ...facts, events }, targets)[1]).toEqual({
      ...{ expected: 'it is stopped by probe', held, came },
    });
  });

  it('count from the abort, where nothing was wrong', () => {
    const events = [{ at: 50_000, kind: 'stop' as const, text: 'aborted by ana: no' }];
    expect(measureRehearsal({ ...facts, badOn: [], events })).toMatchObject({ restoredAfterMs: 10_000 });
  });

  it('know of no trouble where there was none', () => {
    const well = {
      ...facts,
      badOn: [],
      outcome: 'succeeded',
      events: [],
      targets: facts.targets.map((each) => ({ ...each, outMs: 0 })),
    };
    const { troubleAt, noticed, restoredAfterMs } = measureRehearsal(well);
    expect([troubleAt, noticed, restoredAfterMs]).toEqual([undefined, undefined, undefined]);
  });
});

test.each([
  [0, '0 s'],
  [840, '0.8 s'],
  [59_600, '1 min'],
  [80_000, '1 min 20 s'],
  [3_600_000, '1 h'],
  [7_500_000, '2 h 05 min'],
  [180_000_000, '2 d 2 h'],
])('%i ms is said %s', (ms, text) => expect(sayMs(ms)).toBe(text));
