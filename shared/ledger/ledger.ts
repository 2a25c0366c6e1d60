/** What a row holds: JSON. Members that are `undefined` are left out, as JSON leaves them out. */
export type Data = Readonly<Record<string, unknown>>;

export interface Key {
  readonly partition: string;
  readonly sort: string;
}

export interface Row extends Key {
  /** 1 when first written, one more with each write. */
  readonly version: number;
  readonly data: Data;
  /** Epoch milliseconds after which the row may be gone and is never returned. */
  readonly expiresAt?: number;
}

/** What must be true of the row that is there: nothing is there, or exactly this version is. */
export type Expect = 'absent' | number;

export interface Write extends Key {
  readonly data: Data;
  readonly expect: Expect;
  readonly expiresAt?: number;
}
export interface Delete extends Key {
  readonly expect: number;
}

export interface Range {
  /** Only sort keys that start with this. */
  readonly prefix?: string;
  /** Only sort keys greater than this one. */
  readonly after?: string;
  /** Default 1,000, the most one call returns. */
  readonly limit?: number;
  /** Last first. */
  readonly reverse?: boolean;
}

/**
 * What happened, who holds what: rows in partitions, ordered by sort key (UTF-8 bytes), written only against the version that
 * was read. Reads see every completed write. A row's data is at most 350 KB as JSON. One contract test holds all
 * implementations; the operations are those DynamoDB can do in one request each.
 */
export interface Ledger {
  get(key: Key): Promise<Row | undefined>;
  /** Writes the row if `expect` holds and returns it as stored; otherwise returns `undefined` and nothing has changed. */
  put(write: Write): Promise<Row | undefined>;
  /** All of up to 100 writes and deletes, or none: `false` when any expectation failed. */
  transact(changes: readonly (Write | Delete)[]): Promise<boolean>;
  query(partition: string, range?: Range): Promise<readonly Row[]>;
  /** Removes the row if it has that version. `false` when it does not; removing twice is safe. */
  remove(key: Delete): Promise<boolean>;
}
