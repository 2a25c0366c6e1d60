import { readWaiting } from '../ledger/audit.ts';
import { unlessConflict } from '../ledger/update.ts';
import type { Clock } from '../outside/clock.ts';
import type { Invocation, Outside } from '../outside/outside.ts';
import { randomHex } from '../outside/random.ts';
import type { Anchor } from './anchor.ts';
import { keepKey, linkWrites, noteAnchored, readAnchored, readNewestLink } from './chain-rows.ts';
import { headOf, type Link, messageOf } from './link.ts';
import { nextLink } from './next-link.ts';
import { fingerprintOf, type Signer } from './signing.ts';

/** One transaction of the ledger holds 100 changes: of each entry the row that waits and the row that stays, and the link. */
const mostEntries = 49;
/** So often another chainer may have been first before what keeps a link from being written is something else. */
const mostLost = 5;

export interface ChainTools {
  readonly signer: Signer;
  readonly anchor: Anchor;
}

type Reached = Pick<Outside, 'ledger' | 'random'> & { readonly clock: Pick<Clock, 'now'> };

/** The chain can not go on: what the ledger holds is not what was chained. Nothing was written. */
export class ChainBroken extends Error {
  override readonly name = 'ChainBroken';
  constructor(because: string) {
    super(`${because}; run \`tidegate audit verify\`, which says what is wrong (docs/audit.md)`);
  }
}

/**
 * Gives what waits its place in the chain, oldest first, a link for each 49 entries, and keeps the newest head outside the ledger. A link, its
 * entries and the end of their waiting are one transaction against the link before: of two at once one writes it, and the other goes on
 * from there. Head after link: one whose run died in between is kept by the next. Throws `ChainBroken` where the ledger ends before what
 * is known to be kept outside.
 */
export const chainAudit = async (
  { signer, anchor }: ChainTools,
  outside: Reached,
  { deadline }: Pick<Invocation, 'deadline'>,
): Promise<{ readonly entries: number; readonly head: number }> => {
  const { ledger, clock } = outside;
  let newest = await readNewestLink(ledger);
  const kept = await readAnchored(ledger);
  if (kept !== undefined && kept.sequence > (newest?.sequence ?? 0)) {
    throw new ChainBroken(`the ledger ends with link ${newest?.sequence ?? 0}, and link ${kept.sequence} was anchored`);
  }
  let entries = 0;
  for (let lost = 0; clock.now() < deadline; ) {
    const link = await appendLink(newest, signer, outside);
    if (link === 'nothing waits') break;
    if (link === undefined) {
      lost += 1;
      if (lost === mostLost) throw new ChainBroken(`link ${(newest?.sequence ?? 0) + 1} could not be written`);
      newest = await readNewestLink(ledger);
      continue;
    }
    lost = 0;
    newest = link;
    entries += link.entries.length;
  }
  if (newest !== undefined && newest.sequence > (kept?.sequence ?? 0)) {
    await anchor.put(newest);
    await noteAnchored(ledger, headOf(newest));
  }
  return { entries, head: newest?.sequence ?? 0 };
};

/** The next link with what waits longest; `undefined` where somebody else was first. */
const appendLink = async (
  before: Link | undefined,
  signer: Signer,
  { ledger, clock, random }: Reached,
): Promise<Link | 'nothing waits' | undefined> => {
  const waiting = await readWaiting(ledger, { limit: mostEntries });
  if (waiting.length === 0) return 'nothing waits';
  const pem = await signer.publicKey();
  const key = fingerprintOf(pem);
  await keepKey(ledger, key, pem, clock.now());
  const entries = waiting.map(({ entry }) => ({ ...entry, salt: randomHex(random, 16) }));
  const body = nextLink(before, entries, clock.now(), key);
  const link: Link = { ...body, signature: await signer.sign(messageOf(body)) };
  // A step that runs again asks for its entry again, and holds up the transaction that takes it.
  const isWritten = await unlessConflict(() =>
    ledger.transact([
      ...linkWrites(link, entries),
      ...waiting.map(({ row: { partition, sort, version } }) => ({ partition, sort, expect: version })),
    ]),
  );
  return isWritten ? link : undefined;
};
