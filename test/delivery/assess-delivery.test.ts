import { expect, test } from 'vitest';
import { assessDelivery } from '../../shared/delivery/assess-delivery.ts';
import type { Rollout } from '../../shared/ledger/rollouts.ts';
import type { End } from '../../shared/rollout/outcome.ts';

const day = 24 * 3_600_000;
const now = 100 * day;

/** A rollout that began so many hours ago and took so many. */
const rollout = (hoursAgo: number, hours: number, outcome: End | undefined, rollback = false): Rollout => {
  const startedAt = now - hoursAgo * 3_600_000;
  const end = outcome === undefined ? {} : { end: { outcome, because: '', at: startedAt + hours * 3_600_000 } };
  return {
    rollout: `${hoursAgo}`,
    repository: 'a/b',
    commit: 'c',
    startedAt,
    startedBy: 'x',
    authors: [],
    rollback,
    ...end,
  };
};

test('the four measures, of a month', () => {
  const rollouts = [
    rollout(100, 1, 'succeeded'),
    rollout(90, 2, 'partial'),
    rollout(80, 3, 'rolled_back'),
    rollout(70, 1, 'failed'),
    rollout(60, 4, 'succeeded'),
    rollout(50, 1, 'aborted'),
    rollout(49, 1, 'superseded'),
    rollout(48, 1, 'refused'),
    rollout(5, 1, 'failed'),
    rollout(1, 1, undefined),
    rollout(24 * 40, 1, 'succeeded'),
  ];
  expect(assessDelivery(rollouts, now)).toEqual({
    deployments: 3,
    frequencyPerDay: 0.1,
    leadSeconds: { median: 7_200, p90: 14_400 },
    failed: 3,
    changeFailureRate: 0.5,
    // The first went back by itself after 3 hours; the second was whole with the next good end, 14 hours after it began.
    restoreSeconds: { median: 3 * 3_600, p90: 14 * 3_600 },
    notRestored: 1,
  });
});

test('a rollback that was asked for is no deployment, and restores', () => {
  expect(assessDelivery([rollout(2, 0.5, 'succeeded', true), rollout(5, 1, 'failed')], now)).toMatchObject({
    deployments: 0,
    failed: 1,
    changeFailureRate: 1,
    restoreSeconds: { median: 3.5 * 3_600 },
    notRestored: 0,
  });
});

test('of nothing there is no rate', () => {
  expect(assessDelivery([], now)).toEqual({
    deployments: 0,
    frequencyPerDay: 0,
    leadSeconds: undefined,
    failed: 0,
    changeFailureRate: undefined,
    restoreSeconds: undefined,
    notRestored: 0,
  });
});
