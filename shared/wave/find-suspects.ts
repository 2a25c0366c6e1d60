import { listRolloutsOn, type Rollout } from '../ledger/rollouts.ts';
import { readBegunAt, readTargetState } from '../ledger/target-state.ts';
import { readDeployments, readJudgements, readStop, readWave, type WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import {
  type Change,
  nameSuspect,
  type OutsideChange,
  orderSuspects,
  type Suspect,
} from '../rollout/order-suspects.ts';

/** Changes older than this are not suspected: what took longer to show is for people to find. */
const SUSPECTED_MS = 24 * 3_600_000;
/** Rollouts looked through, newest first, those of other private targets apart: more than a day has. */
const LOOKED_THROUGH = 100;
/** Targets of a failed wave that suspects are named for. */
const MOST_TARGETS = 5;

/** What may be to blame for a failure on a target, the most likely first. */
export interface Suspects {
  readonly target: string;
  readonly suspects: readonly Suspect[];
}

/** What is known of a target that no rollout changed. */
export type ReadOutside = (target: string) => Promise<readonly OutsideChange[]>;

/**
 * Finds what was changed within a day on the targets on which a wave failed, by rollouts and by others. A target with no other change than
 * this rollout's is left out: there is nothing to ask. Reads only.
 */
export const findSuspects = async (
  ref: WaveRef,
  readOutside: ReadOutside,
  { ledger, clock }: Pick<Outside, 'ledger' | 'clock'>,
): Promise<readonly Suspects[]> => {
  const ill = await illTargets(ref, ledger);
  if (ill.length === 0) return [];
  const now = clock.now();
  const found: Suspects[] = [];
  for (const target of ill) {
    const state = await readTargetState(ledger, target);
    const standing = new Set(
      [state.begun, state.verified, ...(state.earlier ?? [])].map((each) => each?.rollout ?? ''),
    );
    const changes: Change[] = [];
    for (const rollout of await listRolloutsOn(ledger, target, LOOKED_THROUGH)) {
      const at = await readBegunAt(ledger, rollout.rollout, target);
      if (at === undefined || at < now - SUSPECTED_MS) continue;
      const isOwn = rollout.rollout === ref.rollout;
      const mayShowLater = await longSoakOf(rollout, ledger);
      const change = {
        rollout: rollout.rollout,
        commit: rollout.commit,
        at,
        isOwn,
        isBack: !standing.has(rollout.rollout),
      };
      changes.push(mayShowLater === undefined ? change : { ...change, mayShowLater });
    }
    const others = (await readOutside(target)).filter(({ at }) => at >= now - SUSPECTED_MS);
    if (others.length > 0 || changes.some(({ isOwn }) => !isOwn))
      found.push({ target, suspects: orderSuspects([...changes, ...others], now) });
  }
  return found;
};

/** The targets on which a gate said no, a deployment failed, or that stopped the wave. */
const illTargets = async (ref: WaveRef, ledger: Outside['ledger']): Promise<readonly string[]> => {
  const judged = (await readJudgements(ledger, ref)).filter(
    ({ verdict, effect }) => verdict === 'fail' && effect === undefined,
  );
  const lost = [...(await readDeployments(ledger, ref)).values()].filter(({ outcome }) => outcome === 'failed');
  const stop = await readStop(ledger, ref);
  const names = [stop?.target, ...judged.map(({ target }) => target), ...lost.map(({ target }) => target)];
  return [...new Set(names)].filter((name) => name !== undefined).slice(0, MOST_TARGETS);
};

const longSoakOf = async (
  { rollout, release, waves = [] }: Rollout,
  ledger: Outside['ledger'],
): Promise<string | undefined> => {
  if (release === undefined) return undefined;
  for (const wave of waves) {
    const { longSoak } = await readWave(ledger, { rollout, release, wave, direction: 'forward' });
    if (longSoak !== undefined) return longSoak.because.replace(/^for .*?, as /, '');
  }
  return undefined;
};

/** The most likely of them as a clause: `suspects on gke-1: b44cb46 (2 min before, this rollout), …`. */
export const saySuspects = (found: readonly Suspects[]): string =>
  found
    .map(({ target, suspects }) => {
      const named = suspects.slice(0, 3).map((suspect) => `${nameSuspect(suspect)} (${suspect.because})`);
      const more = suspects.length > 3 ? ` and ${suspects.length - 3} more` : '';
      return `suspects on ${target}: ${named.join(', ')}${more}`;
    })
    .join('; ');
