import type { Clock } from '../../shared/outside/clock.ts';
import type { Target } from '../../shared/rollout/target.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { requestRate } from '../fleet/traffic.ts';

/** What became of the users' requests of one target. Times are epoch milliseconds. */
export interface TrafficRecord {
  readonly calls: number;
  readonly failed: number;
  /** How long it was below 99.9 % of its calls or health checks, and when first and last. */
  readonly outMs: number;
  readonly firstOutAt?: number;
  readonly lastOutAt?: number;
  /** At the last look. */
  readonly isOut?: true;
}

/** Below it a target counts as out. */
const good = 0.999;

/**
 * Counts the users' requests of every target by what the fleet makes of them, every `everyMs` from now on. A target that nobody sends requests
 * to, as it never served, counts as well. `fleet` is asked each time: after a kill it is another one. Returns the counts and what ends counting.
 */
export const recordTraffic = (
  targets: readonly Target[],
  fleet: () => Pick<Fleet, 'serving'>,
  everyMs: number,
  clock: Pick<Clock, 'now' | 'after'>,
): { readonly records: () => ReadonlyMap<string, TrafficRecord>; readonly stop: () => void } => {
  const records = new Map<string, TrafficRecord>(targets.map(({ name }) => [name, { calls: 0, failed: 0, outMs: 0 }]));
  const served = new Set<string>();
  let cancel = () => {};
  const look = () => {
    const at = clock.now();
    for (const target of targets) {
      const { answers, errorRatio, unhealthyRatio } = fleet().serving(target);
      if (answers) served.add(target.name);
      const before = records.get(target.name);
      if (before === undefined || !served.has(target.name)) continue;
      const calls = (requestRate(target.labels) * everyMs) / 1_000;
      const isOut = !answers || Math.max(errorRatio, unhealthyRatio) > 1 - good;
      const { isOut: _, ...known } = before;
      records.set(target.name, {
        ...known,
        calls: before.calls + calls,
        failed: before.failed + calls * (answers ? errorRatio : 1),
        ...(isOut ? { outMs: before.outMs + everyMs, firstOutAt: before.firstOutAt ?? at, lastOutAt: at, isOut } : {}),
      });
    }
    cancel = clock.after(everyMs, look);
  };
  look();
  return { records: () => records, stop: () => cancel() };
};
