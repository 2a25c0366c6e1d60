import { expect, test } from 'vitest';
import { checkProbers } from '../../shared/fleet/check-probers.ts';
import type { GateSpec, ProbeGate } from '../../shared/rollout/gate.ts';
import type { Target } from '../../shared/rollout/target.ts';
import { targetNamed } from '../analysis/asking.ts';

const eks = (name: string, region: string): Target => ({
  ...targetNamed(name),
  locator: { eks: { account: '111111111111', region, cluster: name } },
});
const targets = [
  eks('here', 'us-east-1'),
  eks('there', 'eu-west-1'),
  { ...targetNamed('gke'), locator: { gke: { project: 'p', location: 'us-east1', cluster: 'c' } } },
  eks('unprobed', 'us-east-1'),
] as const;
const probe: ProbeGate = {
  kind: 'probe',
  check: { tcp: 'h:1' },
  rate: 1,
  timeoutMs: 1,
  failuresBelow: 0.1,
  minSamples: 1,
  consecutive: 1,
};
const waves = [
  { targets: ['here', 'there', 'gke'], gates: ['up'] },
  { targets: ['unprobed'], gates: [] },
];

test.each<readonly [string, Readonly<Record<string, GateSpec>>, readonly string[], readonly string[]]>([
  ['its own region only', { up: probe }, ['us-east-1'], ['here']],
  ['its own region and another', { up: probe }, ['us-east-1', 'eu-west-1'], []],
  ['no region at all', { up: probe }, [], ['here', 'there', 'gke']],
  ['gates that only report', { up: { ...probe, effect: 'report' } }, ['us-east-1'], []],
  ['gates that must fail', { up: { ...probe, mustFail: true } }, ['us-east-1'], []],
])('a target that is seen from %s', (_, gates, probers, lonely) => {
  expect(checkProbers(targets, waves, gates, probers)).toEqual(lonely);
});
