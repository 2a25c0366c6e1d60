import { readTargetStates } from '../ledger/target-state.ts';
import type { Outside } from '../outside/outside.ts';
import { probeRegions } from '../outside/probe-regions.ts';
import { assessProbers, type SilentProber } from './assess-probers.ts';
import { assessOutages, type Outage } from './assess-standings.ts';
import { readStandings } from './standing.ts';

/** What is out, as seen from enough regions when they looked last. Reads only. */
export const readOutages = async ({
  ledger,
  clock,
  settings,
}: Pick<Outside, 'ledger' | 'clock' | 'settings'>): Promise<readonly Outage[]> =>
  assessOutages(await readStandings(ledger), probeRegions(settings), clock.now());

/** Finds probers that have fallen silent, from a place where none of them runs. Reads only. */
export const watchProbers = async ({
  ledger,
  clock,
  settings,
}: Pick<Outside, 'ledger' | 'clock' | 'settings'>): Promise<readonly SilentProber[]> => {
  const last = (await readStandings(ledger)).map(({ target, region, at }) => [`${target} ${region}`, at] as const);
  const states = await readTargetStates(ledger);
  return assessProbers(states.values(), new Map(last), probeRegions(settings), clock.now());
};
