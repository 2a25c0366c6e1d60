import type { Digest } from '../blobs/blobs.ts';
import type { ObjectId } from '../rollout/plan.ts';
import type { Key, Ledger, Row } from './ledger.ts';
import { queryAll, stored } from './update.ts';

/** One write to a target, as it stands in the ledger from before its request leaves. Times are epoch milliseconds. */
export interface WriteIntent {
  /** `target/fence-number`: what the request's User-Agent names. */
  readonly intent: string;
  /** The deployment that writes. */
  readonly deployment: string;
  readonly target: string;
  readonly fence: number;
  readonly at: number;
  readonly id: ObjectId;
  readonly verb: 'apply' | 'delete' | 'evict';
  /** Of the API, without query: where what became of it can be read. */
  readonly path: string;
  /** Of the body. */
  readonly hash: Digest;
  /** The object it is about and no other; absent for a create, which changes none that is there. */
  readonly preconditions?: { readonly uid: string; readonly resourceVersion: string };
  /** The object does not carry the token of this write afterwards. */
  readonly isBare?: true;
  /** Id of the set that the object is a member of. */
  readonly set?: string;
  /** Digest of the plan that is carried out. */
  readonly plan: Digest;
}

/** How a write ended. `unknown`: it can not be told, and it can no longer arrive. */
export interface WriteOutcome {
  readonly status: 'done' | 'refused' | 'unknown';
  readonly code?: number;
  readonly because?: string;
}

/** A write with its outcome. */
export interface WriteRecord extends WriteIntent {
  readonly outcome: WriteOutcome;
  readonly endedAt: number;
}

/** The part of an intent's name that is one attempt's own: ordered by token, then by number. */
const nameOf = (intent: string): string => intent.slice(intent.lastIndexOf('/') + 1);
const openKey = (target: string, intent: string): Key => ({
  partition: `target#${target}`,
  sort: `open#${nameOf(intent)}`,
});

/** The name of an attempt's write, the `number`th: it sorts in the order of tokens, then of numbers. */
export const intentName = (target: string, fence: number, number: number): string =>
  `${target}/${String(fence).padStart(9, '0')}-${String(number).padStart(6, '0')}`;

/** Before the request leaves. From now on the next attempt will ask what became of it. */
export const recordIntent = async (ledger: Ledger, intent: WriteIntent): Promise<void> => {
  await ledger.put({ ...openKey(intent.target, intent.intent), data: { ...intent }, expect: 'absent' });
};

/**
 * When it is known. Intent and outcome move together under their deployment, in one transaction; the first outcome counts, so that of an
 * attempt that was cut off and of the one that found out for it only one is kept. Twice is as once.
 */
export const recordOutcome = async (
  ledger: Ledger,
  target: string,
  intent: string,
  outcome: WriteOutcome,
  endedAt: number,
): Promise<void> => {
  const key = openKey(target, intent);
  const row = await ledger.get(key);
  if (row === undefined) return;
  const record: WriteRecord = { ...stored<WriteIntent>(row), outcome, endedAt };
  await ledger.transact([
    { partition: record.deployment, sort: `write#${nameOf(intent)}`, data: { ...record }, expect: 'absent' },
    { ...key, expect: row.version },
  ]);
};

/** Writes to a target without an outcome, oldest token first: each is on its way, or its attempt died. */
export const readOpenWrites = async (ledger: Ledger, target: string): Promise<readonly WriteIntent[]> =>
  (await queryAll(ledger, `target#${target}`, 'open#')).map((row: Row) => stored<WriteIntent>(row));

/** The writes of a deployment that have an outcome, in the order of their names. */
export const readWrites = async (ledger: Ledger, deployment: string): Promise<readonly WriteRecord[]> =>
  (await queryAll(ledger, deployment, 'write#')).map((row: Row) => stored<WriteRecord>(row));
