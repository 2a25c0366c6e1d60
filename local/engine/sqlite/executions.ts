import type { Status } from '../execution.ts';
import { type Database, number, optional, type Row, text } from './database.ts';
import type { Table } from './deferred.ts';

/** An execution as stored. Input and output are JSON text; times are epoch milliseconds. */
export interface ExecutionRow {
  readonly id: number;
  readonly arn: string;
  readonly name: string;
  readonly machine: string;
  /** Digest of its definition, which an update of the machine does not change. */
  readonly definition: string;
  readonly role: string;
  readonly status: Status;
  readonly input: string;
  readonly output?: string | undefined;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
  readonly started: number;
  readonly stopped?: number | undefined;
  readonly deadline?: number | undefined;
  readonly redrives: number;
  readonly redriven?: number | undefined;
  readonly lastEvent: number;
  readonly nextFrame: number;
  /** The execution whose Map Run started it, and the frame of that. */
  readonly parent?: string | undefined;
  readonly parentFrame?: number | undefined;
  readonly mapRun?: string | undefined;
  /** Which child of the Map Run it is, and how many items it was given. */
  readonly item?: number | undefined;
  readonly items?: number | undefined;
  /** The version and the alias it was started by: their ARNs. */
  readonly version?: string | undefined;
  readonly alias?: string | undefined;
  readonly trace?: string | undefined;
}

const STATUSES: readonly Status[] = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'];

const statusOf = (row: Row): Status => {
  const found = STATUSES.find((status) => status === row.status);
  if (!found) throw new Error(`engine database: unknown status ${String(row.status)} of execution ${text(row, 'arn')}`);
  return found;
};

const executionOf = (row: Row): ExecutionRow => ({
  id: number(row, 'id'),
  arn: text(row, 'arn'),
  name: text(row, 'name'),
  machine: text(row, 'machine'),
  definition: text(row, 'definition'),
  role: text(row, 'role'),
  status: statusOf(row),
  input: text(row, 'input'),
  output: optional(text, row, 'output'),
  error: optional(text, row, 'error'),
  cause: optional(text, row, 'cause'),
  started: number(row, 'started'),
  stopped: optional(number, row, 'stopped'),
  deadline: optional(number, row, 'deadline'),
  redrives: number(row, 'redrives'),
  redriven: optional(number, row, 'redriven'),
  lastEvent: number(row, 'last_event'),
  nextFrame: number(row, 'next_frame'),
  parent: optional(text, row, 'parent'),
  parentFrame: optional(number, row, 'parent_frame'),
  mapRun: optional(text, row, 'map_run'),
  item: optional(number, row, 'item'),
  items: optional(number, row, 'items'),
  version: optional(text, row, 'version'),
  alias: optional(text, row, 'alias'),
  trace: optional(text, row, 'trace'),
});

const EXECUTIONS: Table<ExecutionRow> = {
  name: 'executions',
  put: `INSERT INTO executions (id, arn, name, machine, definition, role, status, input, output, error, cause, started, stopped,
    deadline, redrives, redriven, last_event, next_frame, parent, parent_frame, map_run, item, items, version, alias, trace)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET status = excluded.status, output = excluded.output, error = excluded.error,
    cause = excluded.cause, stopped = excluded.stopped, deadline = excluded.deadline, redrives = excluded.redrives,
    redriven = excluded.redriven, last_event = excluded.last_event, next_frame = excluded.next_frame`,
  remove: 'DELETE FROM executions WHERE arn = ?',
  values: (row) => [
    ...[row.id, row.arn, row.name, row.machine, row.definition, row.role, row.status, row.input, row.output ?? null],
    ...[row.error ?? null, row.cause ?? null, row.started, row.stopped ?? null, row.deadline ?? null, row.redrives],
    ...[row.redriven ?? null, row.lastEvent, row.nextFrame, row.parent ?? null, row.parentFrame ?? null],
    ...[row.mapRun ?? null, row.item ?? null, row.items ?? null, row.version ?? null, row.alias ?? null],
    row.trace ?? null,
  ],
  key: (row) => [row.arn],
};

/** Stores an execution that was not there. */
export const addExecution = (database: Database, row: ExecutionRow): void =>
  database.deferred.put(EXECUTIONS, row, true);

/** Stores what an execution became: status, outcome, counters. */
export const putExecution = (database: Database, row: ExecutionRow): void =>
  database.deferred.put(EXECUTIONS, row, false);

export const readExecution = (database: Database, arn: string): ExecutionRow | undefined => {
  const waiting = database.deferred.find(EXECUTIONS, arn);
  if (waiting) return waiting;
  const row = database.peek('SELECT * FROM executions WHERE arn = ?', arn);
  return row && executionOf(row);
};

/** All that run, oldest first. */
export const runningExecutions = (database: Database): readonly string[] =>
  database.all("SELECT arn FROM executions WHERE status = 'RUNNING' ORDER BY id").map((row) => text(row, 'arn'));

/** Whether any execution of the machine runs. */
export const isRunning = (database: Database, machine: string): boolean =>
  database.one("SELECT 1 FROM executions WHERE machine = ? AND status = 'RUNNING' LIMIT 1", machine) !== undefined;

export interface ExecutionFilter {
  readonly by: { readonly machine: string } | { readonly qualified: string } | { readonly mapRun: string };
  readonly status?: string | undefined;
  /** Only those that were redriven, or only those that were not. */
  readonly redriven?: boolean | undefined;
}

/** Newest first, at most `limit` of those older than the one with the id `before`. */
export const listExecutions = (
  database: Database,
  { by, status, redriven }: ExecutionFilter,
  limit: number,
  before: number,
): readonly ExecutionRow[] => {
  const [where, ...values] =
    'machine' in by
      ? ['machine = ? AND map_run IS NULL', by.machine]
      : 'qualified' in by
        ? ['(version = ? OR alias = ?)', by.qualified, by.qualified]
        : ['map_run = ?', by.mapRun];
  const once = redriven === undefined ? '' : redriven ? ' AND redrives > 0' : ' AND redrives = 0';
  return database
    .all(
      `SELECT * FROM executions WHERE ${where} AND id < ? AND (? IS NULL OR status = ?)${once} ORDER BY id DESC LIMIT ?`,
      ...[...values, before, status ?? null, status ?? null, limit],
    )
    .map(executionOf);
};

/** The children of a Map Run in the order of its items. */
export const mapRunChildren = (database: Database, run: string): readonly ExecutionRow[] =>
  database.all('SELECT * FROM executions WHERE map_run = ? ORDER BY item', run).map(executionOf);

export const mapRunChild = (database: Database, run: string, item: number): ExecutionRow => {
  const row = database.one('SELECT * FROM executions WHERE map_run = ? AND item = ?', run, item);
  if (!row) throw new Error(`engine database: child ${item} of ${run} is missing; the file is damaged`);
  return executionOf(row);
};

/** Forgets an execution with all it left: what becomes of an EXPRESS one, which no operation describes. */
export const deleteExecution = (database: Database, { id, arn }: ExecutionRow): void => {
  for (const table of ['history', 'frames', 'items']) database.run(`DELETE FROM ${table} WHERE execution = ?`, id);
  database.run('DELETE FROM executions WHERE arn = ?', arn);
};
