import type { SQLInputValue } from 'node:sqlite';

/** A table whose rows are written late: how a row is put there, and taken away, by its key. */
export interface Table<T> {
  readonly name: string;
  readonly put: string;
  readonly remove: string;
  values(row: T): readonly SQLInputValue[];
  key(row: T): readonly SQLInputValue[];
  /** Rows are only ever added, so that none is looked for among those that wait. */
  readonly append?: true;
}

interface Entry<T> {
  readonly table: Table<T>;
  readonly row: T;
  /** Whether the table holds no row of this key yet. */
  readonly fresh: boolean;
  readonly gone: boolean;
}

/**
 * Rows that were written and are not in their tables yet. They get there before the commit and before anything is read by SQL; of a
 * row that changes several times in between only the last state is, and of one that comes and goes nothing.
 */
export interface Deferred {
  /** `fresh`: the table holds no row of this key, as far as the caller knows from before. */
  put<T>(table: Table<T>, row: T, fresh: boolean): void;
  remove<T>(table: Table<T>, row: T, fresh: boolean): void;
  /** The row of this key that waits to be written. */
  find<T>(table: Table<T>, key: string): T | undefined;
  flush(): void;
  /** Forgets what waits. */
  drop(): void;
}

/** Rows that wait for `run`. */
export const createDeferred = (run: (sql: string, values: readonly SQLInputValue[]) => void): Deferred => {
  const tables = new Map<string, Map<string, Entry<never>>>();
  let added = 0;
  const entriesOf = <T>(table: Table<T>): Map<string, Entry<T>> => {
    const known = tables.get(table.name);
    if (known) return known as Map<string, Entry<T>>;
    const made = new Map<string, Entry<never>>();
    tables.set(table.name, made);
    return made as Map<string, Entry<T>>;
  };
  const set = <T>(table: Table<T>, row: T, fresh: boolean, gone: boolean) => {
    const entries = entriesOf(table);
    const key = table.append ? String(added++) : table.key(row).join(' ');
    const before = entries.get(key);
    const isFresh = before ? before.fresh : fresh;
    if (gone && isFresh) entries.delete(key);
    else entries.set(key, { table, row, fresh: isFresh, gone });
  };
  return {
    put: (table, row, fresh) => set(table, row, fresh, false),
    remove: (table, row, fresh) => set(table, row, fresh, true),
    find: (table, key) => {
      const entry = entriesOf(table).get(key);
      return entry && !entry.gone ? entry.row : undefined;
    },
    flush: () => {
      for (const entries of tables.values()) {
        if (entries.size === 0) continue;
        const waiting = [...entries.values()];
        entries.clear();
        for (const { table, row, gone } of waiting) {
          if (gone) run(table.remove, table.key(row));
          else run(table.put, table.values(row));
        }
      }
    },
    drop: () => {
      for (const entries of tables.values()) entries.clear();
    },
  };
};
