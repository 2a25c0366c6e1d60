import { describe, expect, test } from 'vitest';
import { demo, oddOf, rehearsed, scenarioOf, shipped, shippedScenario } from './place.ts';

/**
 * The demo's config with five of its targets, fewer probes and shorter deadlines, a fifth of the time that all of it takes, and something
 * changed in it.
 */
const changed = (change: string): ReadonlyMap<string, Uint8Array> =>
  new Map([
    ...demo,
    [
      'changed.jsonnet',
      new TextEncoder().encode(`local demo = import 'tidegate.jsonnet';
local kept = [
  'aws-us-east-1-staging', 'azure-eastus-staging', 'aws-us-east-1-internal', 'gcp-europe-west4-internal', 'gcp-us-central1-prod01',
];
local brief(wave) = wave { inconclusiveWithin: '30s' } + if 'approval' in wave then { approval+: { expires: '3m' } } else {};
local small = demo {
  targets: { [name]: demo.targets[name] for name in kept },
  waves: [brief(wave) for wave in demo.waves],
  gates+: { 'api-up'+: { probe+: { rate: '4/s' } } },
};
local without(gate) = { waves: [wave { gates: [each for each in wave.gates if each != gate] } for wave in small.waves] };
small + ${change}`),
    ],
  ]);

const run = async (name: string, change = '{}') =>
  rehearsed(await shippedScenario(name), changed(change), 'changed.jsonnet');

describe("on the demo's config", () => {
  test('there are scenarios enough', () => expect(shipped.length).toBeGreaterThanOrEqual(20));

  test.each(shipped)('%s comes out as it expects', async (name) => {
    const result = await run(name);
    expect(result.rehearsed.neverBegan).toBeUndefined();
    expect(result.rehearsed.injected.filter(({ failed }) => failed !== undefined)).toEqual([]);
    expect(oddOf(result)).toEqual([]);
  });

  test('last-wave-differs goes back on eleven of twelve targets, and the private one is never touched', async () => {
    const result = await rehearsed(await shippedScenario('last-wave-differs'));
    expect(oddOf(result)).toEqual([]);
    const { targets } = result.rehearsed;
    expect(targets.filter(({ writes }) => writes === 0).map(({ name }) => name)).toEqual(['aws-eu-central-1-prod01']);
    expect(targets.map(({ runs }) => runs)).toEqual(targets.map(() => 'before'));
  });
});

describe('with a guard taken off', () => {
  test.each([
    ['unhealthy-version', "without('api-up')", 'it ends rolled_back: succeeded'],
    ['one-region-blind', "{ gates+: { 'api-up'+: { quorum: 1 } } }", 'it ends succeeded: rolled_back'],
    [
      'lost-render',
      "{ deletes: { max: 100, approval: { roles: ['release-managers'], people: 1 } } }",
      'it ends refused: ',
    ],
  ])('%s is not as expected', async (name, change, odd) => {
    const result = await run(name, change);
    expect(oddOf(result).map((each) => each.slice(0, odd.length))).toContain(odd);
  });
});

describe('a scenario', () => {
  test('of three lines is one', async () => {
    const scenario = await scenarioOf('name: bad\nto: { behaves: { crash: boom } }\n');
    const { rehearsed: facts, expectations } = await rehearsed(scenario, changed('{}'), 'changed.jsonnet');
    expect(facts.outcome).toBe('rolled_back');
    expect(expectations).toEqual([{ expected: 'it ends rolled_back', held: true, came: expect.any(String) }]);
  });

  test('that brings a version onto some targets only finds the others as they were', async () => {
    const scenario = await scenarioOf(
      'name: partly\nto: { behaves: { health: failing }, where: { names: [aws-us-east-1-internal] } }\nexpect: { stoppedIn: second, untouched: { wave: last } }\n',
    );
    const result = await rehearsed(scenario, changed('{}'), 'changed.jsonnet');
    expect(oddOf(result)).toEqual([]);
    expect(result.rehearsed.targets.map(({ name, runs }) => [name, runs])).toEqual([
      ['aws-us-east-1-internal', 'before'],
      ['aws-us-east-1-staging', 'before'],
      ['azure-eastus-staging', 'before'],
      ['gcp-europe-west4-internal', 'before'],
      ['gcp-us-central1-prod01', 'before'],
    ]);
  });

  test('whose faults and acts come to nothing has not come as expected, whatever the outcome', async () => {
    const scenario = await scenarioOf(`name: never
faults:
  - { fault: api-down, when: { event: way-back-begins, wave: last } }
  - { fault: errors, when: { event: soak-begins, wave: last, after: 1m } }
  - { fault: alert, when: { event: soak-begins, wave: last, within: 300d } }
  - { fault: unhealthy, where: { labels: { stage: nowhere } } }
people: { acts: [{ does: resume }] }
`);
    const result = await rehearsed(scenario, changed('{}'), 'changed.jsonnet');
    expect(result.rehearsed.outcome).toBe('succeeded');
    expect(oddOf(result)).toEqual([
      'fault api-down, way-back-begins of wave last: that never came',
      'fault errors, 1m after soak-begins of wave last: the rollout had ended before',
      'fault unhealthy is there: no target is meant',
      expect.stringMatching(/^somebody's resume is done: it is refused: /),
    ]);
  });

  test('that names a wave or a target which is not there is refused', async () => {
    const scenario = await scenarioOf(`name: other
faults: [{ fault: api-down, where: { names: [aws-us-east-1-stagin] }, when: { event: wave-begins, wave: extern } }]
expect: { untouched: { wave: staging } }
`);
    await expect(rehearsed(scenario)).rejects.toThrow(
      /^scenario other: faults\.0\.where\.names: there is no target "aws-us-east-1-stagin"; .*did you mean aws-us-east-1-staging\?\nscenario other: faults\.0\.when\.wave: there is no wave "extern"; expected one of staging, internal, external, first, second, last; did you mean external\?$/,
    );
  });

  test('asks for what the config has not got, and says so', async () => {
    const scenario = await scenarioOf('name: other\nto: { service: storage }\n');
    await expect(rehearsed(scenario)).rejects.toThrow('scenario other: service storage is not there, or pins no image');
  });
});
