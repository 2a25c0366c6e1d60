import type { Outside } from '../outside/outside.ts';
import type { Tally } from '../probe/tally.ts';
import { isDark } from './assess-slot.ts';
import { isOwnFault, type Seen } from './assess-standings.ts';
import { readStandings, type Standing } from './standing.ts';

/** What a region has seen so far in a slot, of all releases. */
export interface OwnFaultWatch {
  see(tally: Tally): void;
  /** Whether all that was to be seen so far is dark, and nobody else agrees: then this region has itself to blame, as far as is known yet. */
  suspectsItself(): Promise<boolean>;
}

/** Watches a slot for whether its region has itself to blame: of so many targets that are expected in it. */
export const watchOwnFault = (
  region: string,
  expected: number,
  { ledger, clock }: Pick<Outside, 'ledger' | 'clock'>,
): OwnFaultWatch => {
  const newest = new Map<string, Tally>();
  let others: { readonly readAt: number; readonly standings: Promise<readonly Standing[]> } | undefined;
  /** An outage of many targets asks for each at the same moment: all standings are read once for them. */
  const readOthers = (): Promise<readonly Standing[]> => {
    if (others === undefined || clock.now() - others.readAt >= 1_000) {
      others = { readAt: clock.now(), standings: readStandings(ledger) };
    }
    return others.standings;
  };
  return {
    see: (tally) => newest.set(`${tally.gate} ${tally.target}`, tally),
    suspectsItself: async () => {
      const tallies = [...newest.values()];
      const targets = [...new Set(tallies.map(({ target }) => target))];
      const seen: readonly Seen[] = targets.map((target) => ({
        target,
        isDark: isDark(tallies.filter((tally) => tally.target === target)),
      }));
      // Of targets that were not reached for yet nothing is known, so that they take nothing of the suspicion away.
      const unseen = Array.from({ length: expected - targets.length }, () => ({ target: '', isDark: true }));
      return isOwnFault(region, [...seen, ...unseen], await readOthers(), clock.now());
    },
  };
};
