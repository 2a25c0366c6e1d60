import type { Data, Delete, Key, Range, Row, Write } from './ledger.ts';

/** A row, key or transaction no ledger takes. Nothing was written. */
export class LedgerRefused extends Error {
  override readonly name = 'LedgerRefused';
  constructor(key: Key | string, because: string) {
    super(`ledger row ${typeof key === 'string' ? key : `${key.partition} / ${key.sort}`}: ${because}`);
  }
}

/** Sorts after every character a key may hold, so `prefix + LAST` ends the range of a prefix exactly. */
const LAST = '\u{10FFFF}';
/** An item of DynamoDB is 400 KB with its keys; the rest is for those. */
const MAX_DATA_BYTES = 350 * 1024;
/** What one TransactWriteItems takes. */
const MAX_TRANSACTION_CHANGES = 100;
const MAX_TRANSACTION_BYTES = 4 * 1024 * 1024;
const MAX_QUERY_ROWS = 1_000;

const bytesOf = (text: string) => Buffer.byteLength(text, 'utf8');

/** Throws `LedgerRefused` unless DynamoDB would take the key: 1 to 2,048 and 1 to 1,024 bytes of well-formed UTF-8. */
export const checkKey = (key: Key): void => {
  for (const [what, text, most] of [
    ['partition', key.partition, 2_048],
    ['sort key', key.sort, 1_024],
  ] as const) {
    const size = bytesOf(text);
    if (size === 0 || size > most) throw new LedgerRefused(key, `its ${what} is ${size} bytes, expected 1 to ${most}`);
    if (!text.isWellFormed() || text.includes(LAST)) {
      throw new LedgerRefused(key, `its ${what} is not well-formed text; expected Unicode below U+10FFFF`);
    }
  }
};

/** The one text a row's data is stored as. Throws `LedgerRefused` for a bad key and above 350 KB. */
export const encodeData = (write: Write): string => {
  checkKey(write);
  const text = JSON.stringify(write.data);
  const size = bytesOf(text);
  if (size > MAX_DATA_BYTES) {
    throw new LedgerRefused(write, `its data is ${size} bytes, expected at most ${MAX_DATA_BYTES}; put it in a blob`);
  }
  return text;
};

/** Data as read back. */
export const decodeData = (text: string): Data => JSON.parse(text);

/** The version a write gives its row. */
export const versionAfter = (write: Write): number => (write.expect === 'absent' ? 1 : write.expect + 1);

/** The row that a write leaves, as it is read back. */
export const storedRow = (write: Write): Row => ({
  partition: write.partition,
  sort: write.sort,
  version: versionAfter(write),
  data: decodeData(encodeData(write)),
  ...(write.expiresAt !== undefined && { expiresAt: write.expiresAt }),
});

export const isWrite = (change: Write | Delete): change is Write => 'data' in change;

/** Throws `LedgerRefused` for more than 100 changes, more than 4 MB, or two changes of one row. */
export const checkTransaction = (changes: readonly (Write | Delete)[]): void => {
  if (changes.length > MAX_TRANSACTION_CHANGES) {
    throw new LedgerRefused('(transaction)', `${changes.length} changes, expected at most ${MAX_TRANSACTION_CHANGES}`);
  }
  const seen = new Set<string>();
  let size = 0;
  for (const change of changes) {
    checkKey(change);
    const identity = JSON.stringify([change.partition, change.sort]);
    if (seen.has(identity)) throw new LedgerRefused(change, 'is changed twice in one transaction; expected once');
    seen.add(identity);
    if (isWrite(change)) size += bytesOf(encodeData(change));
  }
  if (size > MAX_TRANSACTION_BYTES) {
    throw new LedgerRefused('(transaction)', `${size} bytes, expected at most ${MAX_TRANSACTION_BYTES}`);
  }
};

export interface Bounds {
  /** Included. */
  readonly from: string;
  /** Excluded. */
  readonly after: string;
  /** Excluded. */
  readonly end: string;
  readonly limit: number;
}

/** The sort keys a range asks for. Keys are never empty and hold no U+10FFFF, so both bounds are exact. */
export const boundsOf = (range: Range): Bounds => ({
  from: range.prefix ?? '',
  after: range.after ?? '',
  end: (range.prefix ?? '') + LAST,
  limit: Math.max(0, Math.min(range.limit ?? MAX_QUERY_ROWS, MAX_QUERY_ROWS)),
});
