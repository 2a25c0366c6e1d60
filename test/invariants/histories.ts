import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * What is left of a run: the ledger and the log of every API server, read from their files by their formats. Nothing of the product is
 * imported here or by the checks, so that a mistake of the product is not made again by what checks it.
 */
export interface Histories {
  /** Every row that has not expired. */
  readonly ledger: readonly LedgerRow[];
  /**
   * By target, in the order in which its API server took them: writes alone, without dry runs, reviews and what others wrote. Each target of
   * the simulated fleet is there, written to or not; a real one is not, for its API server keeps no such log.
   */
  readonly writes: ReadonlyMap<string, readonly AcceptedWrite[]>;
  /** Heads of the audit log that are kept outside the ledger. */
  readonly heads: readonly { readonly sequence: number; readonly link: string }[];
  /** What is kept under a digest; undefined where nothing is. */
  readonly blob: (digest: string) => unknown;
}

export interface LedgerRow {
  readonly partition: string;
  readonly sort: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A request that an API server answered with 2xx. */
export interface AcceptedWrite {
  readonly number: number;
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly userAgent: string;
  readonly bodyDigest?: string;
}

/** Reads the folder of an instance, running or not. */
export const readHistories = (dir: string): Histories => ({
  ledger: rows(join(dir, 'ledger.sqlite'), 'SELECT partition, sort, data FROM ledger ORDER BY partition, sort').map(
    ({ partition, sort, data }) => ({
      ...{ partition: String(partition), sort: String(sort) },
      data: JSON.parse(String(data)) as LedgerRow['data'],
    }),
  ),
  writes: writesIn(join(dir, 'fleet.sqlite')),
  heads: headsIn(join(dir, 'audit-heads.jsonl')),
  blob: (digest) => {
    const hex = digest.replace('sha256:', '');
    try {
      return JSON.parse(readFileSync(join(dir, 'blobs', 'sha256', hex.slice(0, 2), hex), 'utf8'));
    } catch {
      return undefined;
    }
  },
});

const headsIn = (path: string): Histories['heads'] =>
  (existsSync(path) ? readFileSync(path, 'utf8') : '')
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));

const rows = (path: string, sql: string) => {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
};

/** Somebody else's hand, by what it says of itself: what tidegate sends never does. */
const others = /^kubectl\//;
/** Questions that are sent as if they were writes. */
const reviews = /^\/apis\/(authorization|authentication)\.k8s\.io\//;

const writesIn = (path: string): Histories['writes'] => {
  const servers = rows(path, 'SELECT server FROM kube_object UNION SELECT server FROM kube_request');
  const writes = new Map<string, AcceptedWrite[]>(servers.map(({ server }) => [String(server), []]));
  for (const { server, record } of rows(path, 'SELECT server, record FROM kube_request ORDER BY server, number')) {
    const request = JSON.parse(String(record)) as AcceptedWrite & { readonly status: number; readonly dryRun: boolean };
    if (request.method === 'GET' || request.dryRun || request.status >= 300 || reviews.test(request.path)) continue;
    if (others.test(request.userAgent)) continue;
    writes.set(String(server), [...(writes.get(String(server)) ?? []), request]);
  }
  return writes;
};
