import type { DatabaseSync } from 'node:sqlite';

/** Calls of a function and the seconds that all of them took on the clock of the rehearsal, which what is computed takes no time on. */
export interface CountedFunction {
  readonly calls: number;
  readonly seconds: number;
}

/** What a rehearsed rollout would be paid for, as the engine's histories have it. */
export interface CountedRollout {
  /** States entered, of all executions. */
  readonly transitions: number;
  readonly functions: Readonly<Record<string, CountedFunction>>;
}

interface StoredEvent {
  readonly execution: number;
  readonly id: number;
  readonly at: number;
  readonly type: string;
  readonly previous: number;
  readonly details: string;
}

/** A call ends when its answer is there; one with a task token when the function has answered, however long its caller waits then. */
const ends = new Set(['TaskSubmitted', 'TaskSucceeded', 'TaskFailed', 'TaskTimedOut']);

/** Counts what began at `from`, epoch milliseconds, or later. The engine that wrote the database has closed it. */
export const countRollout = (database: DatabaseSync, from: number): CountedRollout => {
  const events = database
    .prepare('SELECT execution, id, at, type, previous, details FROM history WHERE at >= ? ORDER BY execution, id')
    .all(from)
    .map(
      (row): StoredEvent => ({
        ...{ execution: Number(row.execution), id: Number(row.id), at: Number(row.at), previous: Number(row.previous) },
        ...{ type: String(row.type), details: String(row.details) },
      }),
    );
  const functions: Record<string, CountedFunction> = {};
  /** Scheduled or started calls that have no end yet, by execution and the event that comes before what is next of them. */
  const open = new Map<string, { readonly name: string; readonly at: number }>();
  for (const { execution, id, at, type, previous, details } of events) {
    const name = type === 'TaskScheduled' ? /function:(\w+)/.exec(details)?.[1] : undefined;
    if (name !== undefined) open.set(`${execution} ${id}`, { name, at });
    const before = open.get(`${execution} ${previous}`);
    if (before === undefined) continue;
    open.delete(`${execution} ${previous}`);
    if (!ends.has(type)) {
      open.set(`${execution} ${id}`, before);
      continue;
    }
    const { calls = 0, seconds = 0 } = functions[before.name] ?? {};
    functions[before.name] = { calls: calls + 1, seconds: seconds + (at - before.at) / 1_000 };
  }
  return { transitions: events.filter(({ type }) => type.endsWith('StateEntered')).length, functions };
};
