import { createHash, createPublicKey, verify } from 'node:crypto';
import type { Histories, LedgerRow } from './histories.ts';

interface Link {
  readonly sequence: number;
  readonly previous: string;
  readonly entries: readonly string[];
  readonly at: number;
  readonly key: string;
  readonly signature: string;
}

/** Keys sorted at every level, no spaces (RFC 8785 for what rows hold). */
const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
};
/** SHA-256 of a value as one text. */
export const digestOf = (value: unknown): string =>
  `sha256:${createHash('sha256').update(canonical(value)).digest('hex')}`;

/**
 * The chain of the audit log: numbers without a gap, each link after the one before and signed by the one key, entries by their digests, heads
 * that are kept outside among the links; each event and each change of a hold is what an entry says of it, and has exactly one.
 */
export const chain = ({ ledger, heads }: Histories): readonly string[] => {
  const of = (partition: string) => ledger.filter((row) => row.partition === partition);
  const links = of('audit-links').map(({ data }) => data as unknown as Link);
  const entries = Map.groupBy(of('audit-entries'), ({ sort }) => Number(sort.split('#')[0]));
  const [key, ...others] = of('audit-keys').map(({ sort, data }) => ({ sort, pem: String(data.pem) }));
  const digests = new Map<number, string>();
  const ofLinks = links.flatMap((link, place) => {
    const { signature, ...body } = link;
    const digest = digestOf(body);
    digests.set(link.sequence, digest);
    const before = digests.get(place) ?? `sha256:${'0'.repeat(64)}`;
    const message = Buffer.from(`tidegate audit link ${digest}`);
    const isSigned =
      key?.sort === link.key && verify(null, message, createPublicKey(key.pem), Buffer.from(signature, 'base64'));
    const found = (entries.get(link.sequence) ?? []).map(({ data }) => digestOf(data));
    const doubts = {
      'has another number': link.sequence !== place + 1,
      'does not follow the one before': link.previous !== before,
      'is not signed by the one key': !isSigned || others.length > 0,
      'has other entries': JSON.stringify(found) !== JSON.stringify(link.entries),
    };
    return Object.entries(doubts).flatMap(([doubt, is]) => (is ? [`link ${link.sequence} ${doubt}`] : []));
  });
  const anchored = heads.flatMap(({ sequence, link }) =>
    digests.get(sequence) === link ? [] : [`head ${sequence} is of no link`],
  );
  const told = [...of('audit-entries'), ...of('audit-waiting')];
  return [...ofLinks, ...anchored, ...factsOf(ledger, told)];
};

const nameOf = ({ partition, sort }: Pick<LedgerRow, 'partition' | 'sort'>) => `${partition} ${sort}`;

const isFact = ({ partition, sort }: LedgerRow): boolean =>
  partition === 'hold-history' || (partition.startsWith('rollout#') && sort.startsWith('event#'));

const factsOf = (ledger: readonly LedgerRow[], told: readonly LedgerRow[]): readonly string[] => {
  const entries = Map.groupBy(
    told.map(
      ({ data }) => data.fact as (Pick<LedgerRow, 'partition' | 'sort'> & { readonly digest: string }) | undefined,
    ),
    (fact) => (fact === undefined ? '' : nameOf(fact)),
  );
  return ledger.filter(isFact).flatMap((row) => {
    const [entry, ...more] = entries.get(nameOf(row)) ?? [];
    if (entry === undefined) return [`${nameOf(row)} has no entry in the audit log`];
    if (more.length > 0) return [`${nameOf(row)} has ${more.length + 1} entries in the audit log`];
    return entry.digest === digestOf(row.data) ? [] : [`${nameOf(row)} is not what its entry says`];
  });
};
