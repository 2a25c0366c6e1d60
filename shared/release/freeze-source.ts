import { recordEvent } from '../ledger/events.ts';
import { readHolds, setHold } from '../ledger/holds.ts';
import { listFleetRollouts, type Rollout } from '../ledger/rollouts.ts';
import type { Outside } from '../outside/outside.ts';
import { isUnsound } from '../rollout/assess-source.ts';

/** How many of the newest rollouts of the fleet are looked at for those of one source. */
const listed = 20;

/** Accounts of machines are told by the ending that hosts of repositories give them; whoever merged it, a machine wrote it. */
const isMadeByMachine = ({ authors }: Pick<Rollout, 'authors'>): boolean =>
  authors.some((author) => author.endsWith('[bot]'));

/**
 * Freezes the source of a rollout that was refused, when machines bring such releases from there too often: one that makes good and bad ones
 * by turns is not let through by chance. A person who mends a mistake in two attempts freezes nothing. Says so once; somebody has to thaw
 * it. Twice is as once.
 */
export const freezeSource = async (
  { rollout, repository, authors }: Pick<Rollout, 'rollout' | 'repository' | 'authors'>,
  { ledger, clock }: Pick<Outside, 'ledger' | 'clock'>,
): Promise<void> => {
  if (!isMadeByMachine({ authors })) return;
  // What follows in private targets is the same release again: it says nothing of who made it.
  const runs = (await listFleetRollouts(ledger, listed)).filter(
    (each) => each.repository === repository && isMadeByMachine(each),
  );
  const ends = runs.flatMap(({ end }) => end?.outcome ?? []);
  if (!isUnsound(ends)) return;
  const isFrozen = (await readHolds(ledger)).some(({ scope, name }) => scope === 'source' && name === repository);
  if (isFrozen) return;
  const because = `${ends.slice(0, 4).filter((end) => end === 'refused').length} of the last ${Math.min(4, ends.length)} releases that machines made were refused`;
  const at = clock.now();
  const scope = { kind: 'freeze', scope: 'source', name: repository } as const;
  await setHold(ledger, { ...scope, by: 'tidegate', because, at, allowsRollback: true });
  await recordEvent(ledger, rollout, 'source frozen', {
    at,
    kind: 'held',
    text: `source ${repository} is frozen: ${because}; lift it with: tidegate thaw source/${repository}`,
  });
};
