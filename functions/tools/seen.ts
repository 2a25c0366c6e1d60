import { assessOutages, type Outage } from '../../shared/availability/assess-standings.ts';
import { probeRegions } from '../../shared/availability/probe-availability.ts';
import { readStandings } from '../../shared/availability/standing.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import type { ReadSeen } from '../../shared/wave/judge-wave.ts';
import { once } from './once.ts';

/** How the regions that probe on schedule see the targets, and what is out by that. Read once for both. */
export const seenTools = (
  outside: Pick<Outside, 'ledger' | 'settings' | 'clock'>,
): { readonly readSeen: ReadSeen; readOutages(): Promise<readonly Outage[]> } => {
  const standings = once(() => readStandings(outside.ledger));
  return {
    readSeen: async () => ({ home: outside.settings.region, standings: await standings() }),
    readOutages: async () => assessOutages(await standings(), probeRegions(outside.settings), outside.clock.now()),
  };
};
