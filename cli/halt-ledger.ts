import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setHold } from '../shared/ledger/holds.ts';
import { openSqliteLedger } from '../shared/ledger/sqlite.ts';
import type { Hold } from '../shared/rollout/holds.ts';
import { instanceFolders } from './connection.ts';
import type { Terminal } from './terminal.ts';

/**
 * Halts the instance of this folder by its ledger alone, beside the process that may be using it; `undefined` where no folder here has one.
 * Whoever may write that file may do anything to the instance, so nobody is asked who they are.
 */
export const haltLedger = async (
  terminal: Pick<Terminal, 'env' | 'directory' | 'clock'>,
  because: string,
): Promise<Hold | undefined> => {
  const file = instanceFolders(terminal)
    .map((folder) => join(folder, 'ledger.sqlite'))
    .find((path) => existsSync(path));
  if (file === undefined) return undefined;
  const ledger = openSqliteLedger(file, terminal.clock);
  try {
    const at = terminal.clock.now();
    const hold: Hold = { kind: 'halt', scope: 'fleet', name: '', by: 'local', because, at, allowsRollback: false };
    await setHold(ledger, hold);
    return hold;
  } finally {
    ledger.close();
  }
};
