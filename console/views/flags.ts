import type { FlagChange } from '../../shared/ledger/flags.ts';
import { describeSetting, type FlagSetting, type PlannedFlag } from '../../shared/rollout/flag.ts';
import type { WavePlan } from '../../shared/rollout/plan.ts';
import type { Release } from '../../shared/rollout/release.ts';

/** A feature flag in a wave, and how far it is. */
export interface FlagView {
  readonly flag: string;
  /** `false -> true`; what it is to be, where nobody has asked yet what it is. */
  readonly said: string;
  readonly store: string;
  /** `unchanged`: it was that already. */
  readonly state: 'wanted' | 'unchanged' | 'planned' | 'set' | 'seen' | 'back';
}

/** The flags of a wave, as its release, its plan and what was done of it say. Pure. */
export const flagViews = (
  release: Release,
  wave: string,
  plan: WavePlan | undefined,
  changes: readonly FlagChange[],
): readonly FlagView[] => {
  const planned = new Map((plan?.flags ?? []).map((flag) => [flag.flag, flag]));
  const wanted = Object.entries(release.flags ?? {}).flatMap(([flag, { store, waves }]) => {
    const setting = waves[wave];
    return setting === undefined ? [] : [{ flag, store, setting }];
  });
  const views = wanted.map(({ flag, store, setting }): FlagView => {
    const own = planned.get(flag);
    if (own !== undefined) return plannedView(own, changes);
    return { flag, store, said: describeSetting(setting), state: plan === undefined ? 'wanted' : 'unchanged' };
  });
  // A rollback takes off what its own release knows nothing of.
  const others = [...planned.values()].filter(({ flag }) => !wanted.some((each) => each.flag === flag));
  return [...views, ...others.map((own) => plannedView(own, changes))].sort((a, b) => (a.flag < b.flag ? -1 : 1));
};

/** The flags that a plan sets, for those who decide on it. */
export const plannedFlagViews = (plan: Pick<WavePlan, 'flags'>): readonly FlagView[] =>
  (plan.flags ?? []).map((flag) => plannedView(flag, []));

/** A flag as a preview of a release shows it; `from` absent: its store could not say what it is. */
export const previewedFlagView = (
  flag: string,
  store: string,
  to: FlagSetting,
  from: FlagSetting | undefined,
): FlagView =>
  from === undefined
    ? { flag, store, said: `(not known) -> ${describeSetting(to)}`, state: 'wanted' }
    : plannedView({ flag, store, from, to }, []);

const plannedView = (
  { flag, store, from, to }: Pick<PlannedFlag, 'flag' | 'store' | 'from' | 'to'>,
  changes: readonly FlagChange[],
): FlagView => {
  const change = changes.find((each) => each.flag === flag);
  return { flag, store, said: `${describeSetting(from)} -> ${describeSetting(to)}`, state: stateOf(change) };
};

const stateOf = (change: FlagChange | undefined): FlagView['state'] => {
  if (change?.backAt !== undefined) return 'back';
  if (change?.seenAt !== undefined) return 'seen';
  return change?.setAt === undefined ? 'planned' : 'set';
};
