import { isLost } from '../blobs/blobs.ts';
import { readOnce } from '../blobs/read-once.ts';
import { readTargetStates } from '../ledger/target-state.ts';
import { mapInTurns } from '../outside/in-turns.ts';
import type { Outside } from '../outside/outside.ts';
import { probeRegions } from '../outside/probe-regions.ts';
import type { Release } from '../rollout/release.ts';
import { scheduledGates } from '../rollout/scheduled-gates.ts';
import { assessProbers, type SilentProber } from './assess-probers.ts';
import { assessOutages, type Outage } from './assess-standings.ts';
import { readStandings } from './standing.ts';

/** Targets that are looked up at the same time. */
const sideBySide = 32;

/** What is out, as seen from enough regions when they looked last. Reads only. */
export const readOutages = async ({
  ledger,
  clock,
  settings,
}: Pick<Outside, 'ledger' | 'clock' | 'settings'>): Promise<readonly Outage[]> =>
  assessOutages(await readStandings(ledger), probeRegions(settings), clock.now());

/**
 * Finds probers that have fallen silent, from a place where none of them runs, of targets that some scheduled probe is to look at. What a target's
 * release asks for is read only where somebody seems silent; where that release is lost, somebody is. Reads only.
 */
export const watchProbers = async ({
  ledger,
  blobs,
  clock,
  settings,
}: Pick<Outside, 'ledger' | 'blobs' | 'clock' | 'settings'>): Promise<readonly SilentProber[]> => {
  const last = (await readStandings(ledger)).map(({ target, region, at }) => [`${target} ${region}`, at] as const);
  const states = await readTargetStates(ledger);
  const silent = assessProbers(states.values(), new Map(last), probeRegions(settings), clock.now());
  const releases = readOnce<Release>(blobs);
  const isProbed = async (target: string): Promise<boolean> => {
    const digest = states.get(target)?.verified?.release;
    if (digest === undefined) return false;
    try {
      return Object.keys(scheduledGates(await releases(digest))).length > 0;
    } catch (error) {
      if (isLost(error)) return true;
      throw error;
    }
  };
  const probed = await mapInTurns(silent, sideBySide, ({ target }) => isProbed(target));
  return silent.filter((_, place) => probed[place] === true);
};
