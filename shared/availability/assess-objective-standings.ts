import type { Outage } from './assess-standings.ts';
import { addCounts, type Day, type GateCounts, slotMs, windowMs } from './slot.ts';

/** How the availability of one target by one gate stands over the last thirty days. All counts; nothing is averaged. */
export interface AvailabilityStanding {
  readonly target: string;
  readonly gate: string;
  /** The share of first attempts that may fail. */
  readonly allowed: number;
  readonly state: 'met' | 'broken' | 'unknown';
  readonly requests: number;
  readonly failures: number;
  /** Of the failures, those of clients that try twice. */
  readonly failuresWithRetry: number;
  /** Attempts that say nothing. */
  readonly invalid: number;
  /** The share of failures is below this, with 95 % confidence. */
  readonly upper: number;
  readonly stillNeeded: number;
  /** Failures that as many requests may have; what is left may be below 0. */
  readonly budget: { readonly failures: number; readonly left: number };
  /** Minutes and regions that are there, and those that should be. */
  readonly slots: { readonly seen: number; readonly expected: number; readonly missing: number };
  /** Why it is out now, where it is. */
  readonly outage?: { readonly because: string; readonly since: number };
}

/** What says whether a share of failures is shown: `assessObjective` of `shared/analysis`, handed in. */
export type AssessObjective = (
  counts: { readonly requests: number; readonly failures: number },
  allowed: number,
) => Pick<AvailabilityStanding, 'state' | 'upper' | 'stillNeeded'>;

/** A target with what is known of it. */
export interface ProbedTarget {
  readonly target: string;
  /** Since when something verified is on it. */
  readonly verifiedAt: number;
  /** Allowed share of failures, by gate. */
  readonly gates: Readonly<Record<string, number>>;
  readonly days: readonly Day[];
}

const none: GateCounts = { attempts: 0, failedFirst: 0, failedConfirmed: 0, invalid: 0 };

/** The standing of each gate of a target. Expected slots are counted from the list of regions, not from what arrived. Pure. */
export const assessObjectiveStandings = (
  { target, verifiedAt, gates, days }: ProbedTarget,
  regions: readonly string[],
  outages: readonly Outage[],
  assess: AssessObjective,
  now: number,
): readonly AvailabilityStanding[] => {
  const within = days.filter(({ region }) => regions.includes(region));
  const first = Math.min(verifiedAt, ...within.map((day) => day.first));
  // The slot under way is not expected yet, nor is the one in which it was verified.
  const since = Math.ceil(Math.max(first, now - windowMs) / slotMs);
  const expected = Math.max(0, Math.floor(now / slotMs) - since) * regions.length;
  const seen = within.reduce((sum, day) => sum + day.slots, 0);
  return Object.entries(gates).map(([gate, allowed]): AvailabilityStanding => {
    const counts = within.reduce((sum, day) => addCounts(sum, day.gates[gate] ?? none), none);
    const { attempts: requests, failedFirst: failures } = counts;
    const bearable = requests * allowed;
    const outage = outages.find((each) => each.target === target && each.gate === gate && !each.isOld);
    return {
      target,
      gate,
      allowed,
      ...standingOf(requests, failures, allowed, assess),
      requests,
      failures,
      failuresWithRetry: counts.failedConfirmed,
      invalid: counts.invalid,
      budget: { failures: bearable, left: bearable - failures },
      slots: { seen, expected: Math.max(expected, seen), missing: Math.max(0, expected - seen) },
      ...(outage === undefined ? {} : { outage: { because: outage.because, since: outage.since } }),
    };
  });
};

/** That nothing ever fails can be disproved, and never shown. */
const standingOf = (
  requests: number,
  failures: number,
  allowed: number,
  assess: AssessObjective,
): Pick<AvailabilityStanding, 'state' | 'upper' | 'stillNeeded'> => {
  if (allowed > 0) {
    const { state, upper, stillNeeded } = assess({ requests, failures }, allowed);
    return { state, upper, stillNeeded };
  }
  const { upper } = assess({ requests, failures }, 0.5);
  return { state: failures > 0 ? 'broken' : 'unknown', upper, stillNeeded: 0 };
};
