import { expect, test } from 'vitest';
import { assessRest, isSameRest } from '../../shared/drift/assess-rest.ts';
import type { Lease } from '../../shared/ledger/lease.ts';
import type { Standing, TargetState } from '../../shared/ledger/target-state.ts';
import { digestOf } from '../../shared/rollout/digest.ts';

const on = (rollout: string): Standing => ({
  ...{ release: digestOf(rollout), rendered: digestOf(rollout), commit: 'c', rollout, at: 1 },
});
const state = (begun?: string, verified?: string, leaving?: string): TargetState => ({
  target: 't',
  ...(begun === undefined ? {} : { begun: on(begun) }),
  ...(verified === undefined ? {} : { verified: on(verified) }),
  ...(leaving === undefined ? {} : { leaving }),
});
const now = 1_000;
const free: Lease = { holder: 'd', fence: 7, until: 0 };
const held: Lease = { ...free, until: now + 1 };

test.each<[string, TargetState, Lease, string | undefined]>([
  ['was never written to', state(), { holder: '', fence: 0, until: 0 }, undefined],
  ['has its first rollout under way', state('a'), free, undefined],
  ['has what was verified on it', state('a', 'a'), free, 'a'],
  ['is about to be begun: its lease is taken, and nothing noted yet', state('a', 'a'), held, undefined],
  ['has a rollout under way, or one that ended half way, was held or cured by flags', state('b', 'a'), free, undefined],
  ['has a rollout that writes', state('b', 'a'), held, undefined],
  ['goes back from what was never verified', state('b', 'a', 'b'), held, undefined],
  ['goes back from what was verified', state('b', 'b', 'b'), held, undefined],
  ['waits between two steps of its way back, or for the wave to be back', state('b', 'b', 'b'), free, undefined],
  ['has the next rollout over a way back that ended half way', state('c', 'b', 'b'), free, undefined],
  ['has a lease that ran out and nobody gave back, with nothing begun', state('a', 'a'), { ...free, until: now }, 'a'],
])('a target that %s', (_, of, lease, standing) => {
  expect(assessRest(of, lease, now)).toEqual(
    standing === undefined ? undefined : { standing: on(standing), fence: lease.fence },
  );
});

const rest = { standing: on('a'), fence: 7 };
test.each<[string, Parameters<typeof isSameRest>[1], boolean]>([
  ['nothing was written', rest, true],
  ['something is written now', undefined, false],
  ['another release was brought', { standing: on('b'), fence: 8 }, false],
  ['one was brought and taken back', { standing: on('a'), fence: 9 }, false],
])('what was seen while %s', (_, after, counts) => {
  expect(isSameRest(rest, after)).toBe(counts);
});
