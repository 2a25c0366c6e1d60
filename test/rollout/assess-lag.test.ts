import { expect, test } from 'vitest';
import { assessLag } from '../../shared/rollout/assess-lag.ts';

const fleet = [
  { commit: 'c', at: 300 },
  { commit: 'a', at: 100 },
  { commit: 'b', at: 200 },
  // Begun once more.
  { commit: 'b', at: 250 },
];

test.each([
  ['it has the newest', 'c', 1_000, undefined],
  ['it has an older one', 'b', 1_000, { since: 300, isDebt: false, maxLagMs: 1_000 }],
  ['it is two behind', 'a', 1_000, { since: 200, isDebt: false, maxLagMs: 1_000 }],
  ['for longer than it may', 'a', 799, { since: 200, isDebt: true, maxLagMs: 799 }],
  ['exactly as long as it may', 'a', 800, { since: 200, isDebt: false, maxLagMs: 800 }],
  ['it may for ever', 'a', undefined, { since: 200, isDebt: false }],
  ['it has something that nobody remembers', 'x', 1_000, { since: 100, isDebt: false, maxLagMs: 1_000 }],
  ['it has nothing yet', undefined, 800, { since: 100, isDebt: true, maxLagMs: 800 }],
] as const)('%s', (_, commit, maxLagMs, lag) => {
  expect(assessLag(commit, fleet, maxLagMs, 1_000)).toEqual(lag);
});

test('a fleet that has nothing is not behind of', () => {
  expect(assessLag(undefined, [], 1, 1_000)).toBeUndefined();
});
