import type { Evidence } from '../../shared/audit/evidence.ts';
import type { Ledger, Row } from '../../shared/ledger/ledger.ts';

type GivenFact = Evidence['facts'][number];

/** Of one answer, each some two hundred bytes, and rollouts that are looked through for them at most. */
const mostFacts = 5_000;
const mostLooked = 200;
const perQuery = 1_000;

/** Rows of one partition that entries should be about, at their place among such. */
interface Source {
  /** Empty for what holds became, else the sort key of a rollout among all of them. */
  readonly place: string;
  readonly partition: string;
  readonly prefix: string;
  /** When what they are of began: the code that a rollout began with wrote all of it. Absent: when each was written. */
  readonly since?: number;
}

const holds: Source = { place: '', partition: 'hold-history', prefix: '' };

const eventsOf = ({ sort, data }: Row): Source => ({
  ...{ place: sort, partition: `rollout#${data.rollout}`, prefix: 'event#', since: Number(sort.split('#')[0]) },
});

const nextSource = async (place: string, ledger: Ledger): Promise<Source | undefined> => {
  const [row] = await ledger.query('rollouts', { after: place, limit: 1 });
  return row && eventsOf(row);
};

const sourceAt = async (place: string, ledger: Ledger): Promise<Source | undefined> => {
  if (place === '') return holds;
  const row = await ledger.get({ partition: 'rollouts', sort: place });
  return row === undefined ? nextSource(place, ledger) : eventsOf(row);
};

/**
 * Rows that entries should be about: first what holds became, then the events of one rollout after the other. `next` leads on: a place, and where
 * more of it is left a space and the key after which. Empty: from the beginning.
 */
export const readAuditFacts = async (
  after: string,
  ledger: Ledger,
): Promise<{ readonly facts: readonly GivenFact[]; readonly next?: string }> => {
  const facts: GivenFact[] = [];
  const space = after.indexOf(' ');
  const place = space < 0 ? after : after.slice(0, space);
  let from = space < 0 ? '' : after.slice(space + 1);
  let source = space < 0 && after !== '' ? await nextSource(place, ledger) : await sourceAt(place, ledger);
  for (let looked = 1; source !== undefined; looked += 1) {
    const { partition, prefix, since } = source;
    const rows = await ledger.query(partition, { prefix, after: from, limit: perQuery });
    facts.push(...rows.map((row) => factIn(row, since)));
    const more = rows.length < perQuery ? undefined : rows.at(-1)?.sort;
    if (facts.length >= mostFacts || looked >= mostLooked) {
      return { facts, next: more === undefined ? source.place : `${source.place} ${more}` };
    }
    from = more ?? '';
    if (more === undefined) source = await nextSource(source.place, ledger);
  }
  return { facts };
};

const factIn = ({ partition, sort, data }: Row, since = Number(data.at)): GivenFact => ({
  ...{ partition, sort, at: Number(data.at), since },
});
