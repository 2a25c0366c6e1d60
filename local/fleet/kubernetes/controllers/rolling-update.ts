/** One ReplicaSet of a Deployment, as the plan needs it. */
export interface SetSize {
  readonly name: string;
  /** What it is told to be. */
  readonly wanted: number;
  readonly available: number;
}

export interface RollingUpdate {
  readonly replicas: number;
  readonly maxSurge: number;
  readonly maxUnavailable: number;
  readonly current: SetSize;
  /** Oldest first. */
  readonly old: readonly SetSize[];
}

/** An absolute number, or the share of `total` that a percentage is. */
export const resolveCount = (value: unknown, total: number, round: (value: number) => number): number => {
  if (typeof value === 'number') return value;
  const percent = /^(\d+)%$/.exec(String(value ?? ''))?.[1];
  return percent === undefined ? 0 : round((Number(percent) / 100) * total);
};

/** Surge rounds up, unavailable rounds down; both zero would never move, so one may then be unavailable. */
export const resolveLimits = (surge: unknown, unavailable: unknown, replicas: number) => {
  const maxSurge = resolveCount(surge, replicas, Math.ceil);
  const maxUnavailable = resolveCount(unavailable, replicas, Math.floor);
  return { maxSurge, maxUnavailable: maxSurge === 0 && maxUnavailable === 0 ? 1 : Math.min(maxUnavailable, replicas) };
};

/**
 * The sizes the sets shall have now; sets that stay are not named. The new set grows into the surge first, or where it can not, the
 * old ones shrink: sick replicas before available ones, never below `replicas - maxUnavailable` available. After the Deployment
 * controller's `rolloutRolling`.
 */
export const planRollingUpdate = (update: RollingUpdate): ReadonlyMap<string, number> => {
  const { current, old, replicas } = update;
  const total = current.wanted + sum(old, 'wanted');
  if (current.wanted > replicas) return new Map([[current.name, replicas]]);
  const room = replicas + update.maxSurge - total;
  if (current.wanted < replicas && room > 0) {
    return new Map([[current.name, current.wanted + Math.min(room, replicas - current.wanted)]]);
  }
  return planShrink(update, total);
};

const sum = (sets: readonly SetSize[], what: 'wanted' | 'available') => sets.reduce((all, set) => all + set[what], 0);

const planShrink = (
  { current, old, replicas, maxUnavailable }: RollingUpdate,
  total: number,
): ReadonlyMap<string, number> => {
  const minAvailable = replicas - maxUnavailable;
  const sizes = new Map<string, number>();
  let spare = total - minAvailable - (current.wanted - current.available);
  if (spare <= 0) return sizes;
  const left = old.map((set) => {
    const sick = Math.max(0, Math.min(spare, set.wanted - set.available));
    if (sick > 0) sizes.set(set.name, set.wanted - sick);
    spare -= sick;
    return { ...set, wanted: set.wanted - sick };
  });
  let removable = Math.min(spare, current.available + sum(left, 'available') - minAvailable);
  for (const set of left) {
    const gone = Math.max(0, Math.min(removable, set.wanted));
    if (gone > 0) sizes.set(set.name, set.wanted - gone);
    removable -= gone;
  }
  return sizes;
};
