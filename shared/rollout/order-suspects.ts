/** Something that was changed on a target. */
export interface Change {
  readonly rollout: string;
  readonly commit: string;
  /** When its first write on the target was about to be made, epoch milliseconds. */
  readonly at: number;
  /** Whether it is the rollout that found the failure. */
  readonly isOwn: boolean;
  /** Why it may show only now, as where others stand on what it changed. */
  readonly mayShowLater?: string;
  /** It has been taken back since. */
  readonly isBack: boolean;
}

/** Something on a target that no rollout changed. */
export interface OutsideChange {
  /** Which object, and what of it: `apps/Deployment/shop/web (2 fields differ: …)`. */
  readonly outside: string;
  /** When it was found, epoch milliseconds: it may be some minutes older. */
  readonly at: number;
}

/** A change that may be to blame, and why it stands where it does. */
export type Suspect = (Change | OutsideChange) & { readonly because: string };

/**
 * Changes of a target in the order in which they are to be suspected of a failure at `failedAt`: the rollout that found it, then what
 * others changed outside of any and what is known to show late, then the other rollouts, newest first; what was taken back comes last. None
 * is cleared by coming late in the list: the newest change is often only the restart that brings an older one into effect.
 */
export const orderSuspects = (changes: readonly (Change | OutsideChange)[], failedAt: number): readonly Suspect[] =>
  changes
    .toSorted((a, b) => rank(a) - rank(b) || b.at - a.at)
    .map((change) => ({ ...change, because: `${ageOf(failedAt - change.at)} before, ${reasonOf(change)}` }));

const rank = (change: Change | OutsideChange): number => {
  if ('outside' in change) return 1;
  const { isOwn, mayShowLater, isBack } = change;
  return isBack ? 3 : isOwn ? 0 : mayShowLater === undefined ? 2 : 1;
};

const reasonOf = (change: Change | OutsideChange): string => {
  if ('outside' in change) return 'changed by no rollout';
  const { isOwn, mayShowLater, isBack } = change;
  if (isBack) return 'taken back since';
  const late = mayShowLater === undefined ? '' : `; ${mayShowLater}`;
  return `${isOwn ? 'this rollout' : 'still there'}${late}`;
};

/** What a suspect is called in a sentence: the commit of a rollout, or what was changed outside of any. */
export const nameSuspect = (suspect: Suspect): string =>
  'outside' in suspect ? suspect.outside : suspect.commit.slice(0, 7);

const ageOf = (ms: number): string => {
  const minutes = Math.floor(Math.max(0, ms) / 60_000);
  if (minutes < 1) return `${Math.max(0, Math.round(ms / 1000))} s`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
};
