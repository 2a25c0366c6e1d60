/** A release that the fleet has: the end of a rollout that reached its last wave. */
export interface FleetHas {
  readonly commit: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** A private target that has not what the fleet has. */
export interface Lag {
  /** When the fleet got the first release that the target has not. */
  readonly since: number;
  /** How long that may be so, where it may not for ever. */
  readonly maxLagMs?: number;
  /** It has been so for longer than it may. */
  readonly isDebt: boolean;
}

/**
 * How far a private target is behind the fleet. | it has the newest that the fleet has | not at all | | an older one | since the fleet got the
 * one after it | | none of those that are known, or nothing | since the oldest known one |. Rollouts of the same commit count as one. Pure.
 */
export const assessLag = (
  commit: string | undefined,
  fleet: readonly FleetHas[],
  maxLagMs: number | undefined,
  now: number,
): Lag | undefined => {
  const order = fleet.toSorted((a, b) => a.at - b.at);
  const has = commit === undefined ? -1 : order.findLastIndex((each) => each.commit === commit);
  const next = order[has + 1];
  if (next === undefined) return undefined;
  const since = next.at;
  return {
    since,
    isDebt: maxLagMs !== undefined && now - since > maxLagMs,
    ...(maxLagMs === undefined ? {} : { maxLagMs }),
  };
};
