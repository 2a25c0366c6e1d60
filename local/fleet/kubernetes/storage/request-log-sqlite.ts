import type { DatabaseSync } from 'node:sqlite';

/** One request as the server saw and answered it. */
export interface RequestRecord {
  /** From 1, in order of arrival. */
  readonly number: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  /** As sent, without the question mark. */
  readonly query: string;
  readonly userAgent: string;
  readonly contentType: string;
  readonly dryRun: boolean;
  /** `sha256:…` of the body, absent without one. */
  readonly bodyDigest?: string;
  readonly status: number;
  /** The server's resourceVersion before and after: equal when nothing was written. */
  readonly resourceVersionBefore: number;
  readonly resourceVersionAfter: number;
}

export interface RequestLog {
  /** All records in order, or those after the record `after`. */
  list(after?: number): readonly RequestRecord[];
}

export interface WritableRequestLog extends RequestLog {
  append(record: Omit<RequestRecord, 'number'>): void;
}

/** So many requests of a server are kept, and up to as many again. */
const keptRequests = 100_000;

/** The log of the server `server`, kept in `database`: it goes on where a killed process left it. */
export const openRequestLog = (database: DatabaseSync, server: string): WritableRequestLog => {
  const insert = database.prepare('INSERT INTO kube_request VALUES (?, ?, ?)');
  const select = database.prepare('SELECT record FROM kube_request WHERE server = ? AND number > ? ORDER BY number');
  const erase = database.prepare('DELETE FROM kube_request WHERE server = ? AND number <= ?');
  const last = database.prepare('SELECT max(number) AS number FROM kube_request WHERE server = ?').get(server);
  let number = Number(last?.number ?? 0);
  return {
    append: (record) => {
      number += 1;
      insert.run(server, number, JSON.stringify({ number, ...record }));
      if (number % keptRequests === 0) erase.run(server, number - keptRequests);
    },
    list: (after = 0) => select.all(server, after).map((row) => JSON.parse(String(row.record))),
  };
};
