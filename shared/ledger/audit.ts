import { canonicalJson, digestOf } from '../rollout/digest.ts';
import { brief } from '../rollout/outcome.ts';
import type { Data, Key, Ledger, Range, Row, Write } from './ledger.ts';
import { sortableTime } from './sortable-time.ts';
import { stored } from './update.ts';

/** Something that was done, as the audit log keeps it. */
export interface AuditEntry {
  /** Told apart by this: the same occurrence has the same, and stands in the chain once. */
  readonly id: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Who did it; `Tidegate` where nobody asked for it. */
  readonly actor: string;
  /** `approve`, `freeze`, `start`…, or the kind of a rollout's event. */
  readonly action: string;
  /** One sentence, with the reason where one was given. */
  readonly text: string;
  readonly rollout?: string;
  readonly wave?: string;
  readonly target?: string;
  /** What it is about where that is none of these: `service web`, `the fleet`. */
  readonly about?: string;
  /** Digest of the plan that it was about. */
  readonly plan?: string;
  /** The row that holds it all, and the digest of what that row held. Absent: there is no other row. */
  readonly fact?: Fact;
}

/** A row that is written once and never changed. */
export interface Fact extends Key {
  readonly digest: string;
}

/** What Tidegate itself does. */
export const itself = 'Tidegate';

const waiting = 'audit-waiting';
/** Characters: fifty entries fit into one transaction however long each is. */
const mostText = 2_000;

/** The digest of what a row holds, as it comes back from the ledger. */
export const factDigest = (data: Data): string => digestOf(canonicalJson(JSON.parse(JSON.stringify(data))));

/** What names a row as the thing that an entry is about. */
export const factOf = ({ partition, sort, data }: Pick<Write, 'partition' | 'sort' | 'data'>): Fact => ({
  partition,
  sort,
  digest: factDigest(data),
});

/**
 * The row that says that an entry waits for its place in the chain: for the transaction that writes what it is about. Kept until it is
 * chained, however long that takes. Of one millisecond they wait by `order`, two digits, then by their names: the same everywhere.
 */
export const auditWrite = (entry: AuditEntry, order = '99'): Write => ({
  partition: waiting,
  sort: `${sortableTime(entry.at)}#${order}#${digestOf(entry.id).slice(7, 27)}`,
  data: { ...entry, text: brief(entry.text, mostText) },
  expect: 'absent',
});

/** As long as the same may come again. */
const onceMs = 24 * 3_600_000;

/** Keeps what no other row holds, as an attempt that was refused. Twice within a day is as once. */
export const recordAudit = async (ledger: Ledger, entry: AuditEntry): Promise<void> => {
  const once = { partition: 'audit-once', sort: digestOf(entry.id), data: {}, expiresAt: entry.at + onceMs };
  await ledger.transact([{ ...once, expect: 'absent' }, auditWrite(entry)]);
};

/** An entry that waits, with the row to remove when it is chained. */
export interface WaitingEntry {
  readonly row: Row;
  readonly entry: AuditEntry;
}

/** Entries that wait, oldest first where nothing else is asked for. */
export const readWaiting = async (ledger: Ledger, range: Range): Promise<readonly WaitingEntry[]> =>
  (await ledger.query(waiting, range)).map((row) => ({ row, entry: stored<AuditEntry>(row) }));
