import type { Ledger } from '../ledger/ledger.ts';
import { hadBefore, readBegun, readTargetStates } from '../ledger/target-state.ts';
import type { Release } from '../rollout/release.ts';
import type { Target } from '../rollout/target.ts';
import { targetsOf } from './gate-tools.ts';

/** What there is to compare the targets of a rollout with. */
export interface Baselines {
  /** Targets with something verified that the rollout has not written to. */
  readonly others: readonly Target[];
  /** Whether something was verified on a target before this rollout. */
  hadBefore(target: string): boolean;
}

/** Reads what there is to compare with. */
export const readBaselines = async (rollout: string, release: Release, ledger: Ledger): Promise<Baselines> => {
  const begun = new Set(await readBegun(ledger, rollout));
  const states = await readTargetStates(ledger);
  const untouched = Object.keys(release.targets).filter(
    (name) => !begun.has(name) && states.get(name)?.verified !== undefined,
  );
  return {
    others: targetsOf(release, untouched.sort()),
    hadBefore: (target) => hadBefore(states, target, rollout),
  };
};
