import { getJson } from '../../shared/blobs/json.ts';
import type { Rollout } from '../../shared/ledger/rollouts.ts';
import type { TargetState } from '../../shared/ledger/target-state.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import { assessLag, type Lag } from '../../shared/rollout/assess-lag.ts';
import type { Release } from '../../shared/rollout/release.ts';

/** A private target, and how far it is behind the fleet. */
export interface PrivateRow {
  readonly target: string;
  readonly lag?: Lag;
}

/**
 * The private targets that follow the fleet, of these rollouts, those of the fleet newest first, and of each private one too: each as its
 * own newest release has it. Reads only.
 */
export const readPrivate = async (
  rollouts: readonly Rollout[],
  states: ReadonlyMap<string, TargetState>,
  { blobs, clock }: Pick<Outside, 'blobs' | 'clock'>,
): Promise<readonly PrivateRow[]> => {
  const fleet = rollouts.flatMap(({ only, commit, end }) =>
    only === undefined && end?.passed ? [{ commit, at: end.at }] : [],
  );
  const names = [...new Set(rollouts.flatMap(({ only }) => only ?? []))].sort();
  return Promise.all(
    names.map(async (target): Promise<PrivateRow> => {
      const prepared = rollouts.find(({ only, release }) => only === target && release !== undefined)?.release;
      const release = prepared === undefined ? undefined : await getJson<Release>(blobs, prepared);
      const max = release?.targets[target]?.private?.maxLagMs;
      const lag = assessLag(states.get(target)?.verified?.commit, fleet, max, clock.now());
      return { target, ...(lag === undefined ? {} : { lag }) };
    }),
  );
};
