import type { Rollout } from '../ledger/rollouts.ts';

/** The window of the measures: thirty days. */
export const deliveryWindowMs = 30 * 24 * 3_600_000;

/**
 * The four measures of DORA (Forsgren, Humble and Kim, "Accelerate"; dora.dev/guides/dora-metrics), of what the ledger knows. Times are
 * seconds, of nothing `undefined`.
 */
export interface Delivery {
  /** Rollouts of new releases that ended succeeded or partial: what reached its last wave. */
  readonly deployments: number;
  /** Deployments a day, over the whole window. */
  readonly frequencyPerDay: number;
  /** From the start of the rollout, which is the merge, to its good end: median and ninetieth percentile. */
  readonly leadSeconds: Quantiles | undefined;
  /** Rollouts of new releases that failed or went back, of those that had an end of their own. What was refused before a write, ended by people or superseded is no change. */
  readonly failed: number;
  readonly changeFailureRate: number | undefined;
  /** From the start of a rollout that failed to when it was whole again: its own end where it went back, else that of the next good one. */
  readonly restoreSeconds: Quantiles | undefined;
  /** Failed rollouts after which nothing good has come yet. */
  readonly notRestored: number;
}

export interface Quantiles {
  readonly median: number;
  readonly p90: number;
}

/** The measures of rollouts that ended within the window before `now`, whatever order they come in. Pure. */
export const assessDelivery = (rollouts: readonly Rollout[], now: number): Delivery => {
  const ended = rollouts
    .flatMap(({ end, startedAt, rollback, only }) =>
      // What follows the fleet to one private target is no change of its own.
      end === undefined || end.at > now || only !== undefined
        ? []
        : [{ ...end, startedAt, isRollback: rollback === true }],
    )
    .toSorted((a, b) => a.at - b.at);
  const within = ended.filter(({ at, isRollback }) => !isRollback && at > now - deliveryWindowMs);
  const good = within.filter(({ outcome }) => outcome === 'succeeded' || outcome === 'partial');
  const bad = within.filter(({ outcome }) => outcome === 'failed' || outcome === 'rolled_back');
  const restored = bad.map(({ outcome, at, startedAt }) => {
    if (outcome === 'rolled_back') return (at - startedAt) / 1_000;
    // A rollback that was asked for makes it whole too.
    const next = ended.find((later) => later.at > at && (later.outcome === 'succeeded' || later.outcome === 'partial'));
    return next === undefined ? undefined : (next.at - startedAt) / 1_000;
  });
  const times = restored.filter((seconds) => seconds !== undefined);
  const changes = good.length + bad.length;
  return {
    deployments: good.length,
    frequencyPerDay: good.length / 30,
    leadSeconds: quantiles(good.map(({ at, startedAt }) => (at - startedAt) / 1_000)),
    failed: bad.length,
    changeFailureRate: changes === 0 ? undefined : bad.length / changes,
    restoreSeconds: quantiles(times),
    notRestored: bad.length - times.length,
  };
};

/** The nearest-rank quantiles: values that occurred; of none there is none. Pure. */
export const quantiles = (values: readonly number[]): Quantiles | undefined => {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  const [median, p90] = [at(0.5), at(0.9)];
  return median === undefined || p90 === undefined ? undefined : { median, p90 };
};
