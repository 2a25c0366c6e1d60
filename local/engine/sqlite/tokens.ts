import type { TokenStatus } from '../draft.ts';
import { tokenHash } from '../token.ts';
import { type Database, number, text } from './database.ts';
import type { Table } from './deferred.ts';

/** A task token as it was given or answered; only its hash is stored. */
export interface TokenRow {
  readonly hash: string;
  readonly execution: string;
  readonly frame: number;
  readonly attempt: string;
  readonly status: TokenStatus;
}

const TOKENS: Table<TokenRow> = {
  name: 'tokens',
  put: `INSERT INTO tokens (hash, execution, frame, attempt, status) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (hash) DO UPDATE SET status = excluded.status`,
  remove: 'DELETE FROM tokens WHERE hash = ?',
  values: ({ hash, execution, frame, attempt, status }) => [hash, execution, frame, attempt, status],
  key: ({ hash }) => [hash],
};

export const putToken = (database: Database, token: string, row: Omit<TokenRow, 'hash'>): void =>
  database.deferred.put(TOKENS, { hash: tokenHash(token), ...row }, false);

const STATUSES: readonly TokenStatus[] = ['open', 'closed', 'expired'];

export const readToken = (database: Database, token: string): TokenRow | undefined => {
  const row = database.one('SELECT * FROM tokens WHERE hash = ?', tokenHash(token));
  const status = row && STATUSES.find((known) => known === row.status);
  return row && status
    ? {
        ...{ hash: text(row, 'hash'), execution: text(row, 'execution'), frame: number(row, 'frame') },
        ...{ attempt: text(row, 'attempt'), status },
      }
    : undefined;
};
