import { assessOutages, type Outage } from '../../shared/availability/assess-standings.ts';
import { readStandings } from '../../shared/availability/standing.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import { probeRegions } from '../../shared/outside/probe-regions.ts';
import type { ReadStandings } from '../../shared/wave/judge-regions.ts';
import { once } from './once.ts';

/** How the regions that probe on schedule see the targets, and what is out by that. Read once for both. */
export const seenTools = (
  outside: Pick<Outside, 'ledger' | 'settings' | 'clock'>,
): { readonly readStandings: ReadStandings; readOutages(): Promise<readonly Outage[]> } => {
  const standings = once(() => readStandings(outside.ledger));
  return {
    readStandings: standings,
    readOutages: async () => assessOutages(await standings(), probeRegions(outside.settings), outside.clock.now()),
  };
};
