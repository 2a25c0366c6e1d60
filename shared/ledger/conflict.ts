import type { Key } from './ledger.ts';

/** The row was changed between reading and writing it. Reading it again and deciding again is safe. */
export class LedgerConflict extends Error {
  override readonly name = 'LedgerConflict';
  constructor(key: Key) {
    super(
      `ledger row ${key.partition} ${key.sort} was changed by somebody else; the step reads it again and decides anew`,
    );
  }
}
