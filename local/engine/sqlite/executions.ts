import type { Frame, HistoryEvent, Status } from '../execution.ts';
import { payload } from '../flow.ts';
import { type Json, type JsonObject, jsonText } from '../json.ts';
import { type Database, number, optional, type Row, text } from './database.ts';

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
  readonly lastEvent: number;
  readonly nextFrame: number;
  readonly mapRun?: string | undefined;
  /** Which child of the Map Run it is, and how many items it was given. */
  readonly item?: number | undefined;
  readonly items?: number | undefined;
  /** The version and the alias it was started by: their ARNs. */
  readonly version?: string | undefined;
  readonly alias?: string | undefined;
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
  lastEvent: number(row, 'last_event'),
  nextFrame: number(row, 'next_frame'),
  mapRun: optional(text, row, 'map_run'),
  item: optional(number, row, 'item'),
  items: optional(number, row, 'items'),
  version: optional(text, row, 'version'),
  alias: optional(text, row, 'alias'),
});

export const readExecution = (database: Database, arn: string): ExecutionRow | undefined => {
  const row = database.one('SELECT * FROM executions WHERE arn = ?', arn);
  return row && executionOf(row);
};

/** All that run, oldest first. */
export const runningExecutions = (database: Database): readonly string[] =>
  database.all("SELECT arn FROM executions WHERE status = 'RUNNING' ORDER BY id").map((row) => text(row, 'arn'));

/** Newest first: of a machine, a version or alias of it, or of a Map Run; with the status if one is asked for. */
export const listExecutions = (
  database: Database,
  by: { readonly machine: string } | { readonly qualified: string } | { readonly mapRun: string },
  status: string | undefined,
  limit: number,
  offset: number,
): readonly ExecutionRow[] => {
  const [where, ...values] =
    'machine' in by
      ? ['machine = ? AND map_run IS NULL', by.machine]
      : 'qualified' in by
        ? ['(version = ? OR alias = ?)', by.qualified, by.qualified]
        : ['map_run = ?', by.mapRun];
  return database
    .all(
      `SELECT * FROM executions WHERE ${where} AND (? IS NULL OR status = ?) ORDER BY id DESC LIMIT ? OFFSET ?`,
      ...[...values, status ?? null, status ?? null, limit, offset],
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

export interface NewExecution {
  readonly arn: string;
  readonly name: string;
  readonly machine: string;
  readonly definition: string;
  readonly role: string;
  readonly startAt: string;
  readonly input: Json;
  readonly started: number;
  readonly deadline?: number | undefined;
  readonly mapRun?: string;
  readonly item?: number;
  readonly items?: number;
  readonly version?: string | undefined;
  readonly alias?: string | undefined;
}

/** Stores an execution that is about to enter its first state. The caller holds the transaction. */
export const insertExecution = (database: Database, row: NewExecution): void => {
  const id = database.insert(
    `INSERT INTO executions (arn, name, machine, definition, role, status, input, started, deadline, last_event, next_frame,
     map_run, item, items, version, alias) VALUES (?, ?, ?, ?, ?, 'RUNNING', ?, ?, ?, 1, 1, ?, ?, ?, ?, ?)`,
    ...[row.arn, row.name, row.machine, row.definition, row.role, jsonText(row.input), row.started],
    ...[row.deadline ?? null, row.mapRun ?? null, row.item ?? null, row.items ?? null],
    ...[row.version ?? null, row.alias ?? null],
  );
  const started = { executionStartedEventDetails: { ...payload('input', row.input), roleArn: row.role } };
  insertEvent(database, id, { id: 1, at: row.started, type: 'ExecutionStarted', previous: 0, details: started });
  putFrame(database, id, {
    ...{ id: 0, index: 0, path: [], state: row.startAt, input: row.input, variables: {} },
    // AWS lets the first state follow nothing, not even ExecutionStarted.
    ...{ last: 0, retries: [], retryCount: 0, doing: { kind: 'ready' } },
  });
};

/** Makes an ended execution run again: the next redrive, with its event. The caller holds the transaction. */
export const reopenExecution = (
  database: Database,
  row: ExecutionRow,
  now: number,
  deadline: number | undefined,
): void => {
  const event = row.lastEvent + 1;
  const redriveCount = row.redrives + 1;
  database.run(
    `UPDATE executions SET status = 'RUNNING', output = NULL, error = NULL, cause = NULL, stopped = NULL, deadline = ?, redrives = ?,
     last_event = ? WHERE id = ?`,
    ...[deadline ?? null, redriveCount, event, row.id],
  );
  const details = { executionRedrivenEventDetails: { redriveCount } };
  insertEvent(database, row.id, { id: event, at: now, type: 'ExecutionRedriven', previous: row.lastEvent, details });
};

/** Forgets an execution with all it left: what becomes of an EXPRESS one, which no operation describes. */
export const deleteExecution = (database: Database, id: number): void => {
  for (const table of ['history', 'frames', 'items']) database.run(`DELETE FROM ${table} WHERE execution = ?`, id);
  database.run('DELETE FROM executions WHERE id = ?', id);
};

export const insertEvent = (database: Database, execution: number, event: HistoryEvent): void =>
  database.run(
    'INSERT INTO history (execution, id, at, type, previous, details) VALUES (?, ?, ?, ?, ?, ?)',
    ...[execution, event.id, event.at, event.type, event.previous, jsonText(event.details)],
  );

/** Writes a frame; its input, which may be long and changes seldom, only where it is not the one of `before`. */
export const putFrame = (database: Database, execution: number, frame: Frame, before?: Frame): void => {
  const { input, ...body } = frame;
  if (before && before.input === input) {
    database.run('UPDATE frames SET body = ? WHERE execution = ? AND id = ?', ...[jsonText(body), execution, frame.id]);
    return;
  }
  database.run(
    'INSERT OR REPLACE INTO frames (execution, id, body, input) VALUES (?, ?, ?, ?)',
    ...[execution, frame.id, jsonText(body), jsonText(input)],
  );
};

export const readFrames = (database: Database, execution: number): Map<number, Frame> =>
  new Map(
    database.all('SELECT body, input FROM frames WHERE execution = ? ORDER BY id', execution).map((row) => {
      const frame: Frame = { ...JSON.parse(text(row, 'body')), input: JSON.parse(text(row, 'input')) };
      return [frame.id, frame];
    }),
  );

export const readItems = (database: Database, execution: number): Map<number, readonly Json[]> =>
  new Map(
    database.all('SELECT frame, body FROM items WHERE execution = ?', execution).map((row) => {
      const items: readonly Json[] = JSON.parse(text(row, 'body'));
      return [number(row, 'frame'), items];
    }),
  );

/** A page of the history, in the order of events or against it. */
export const readHistory = (
  database: Database,
  execution: number,
  reverse: boolean,
  limit: number,
  offset: number,
): readonly HistoryEvent[] =>
  database
    .all(
      `SELECT * FROM history WHERE execution = ? ORDER BY id ${reverse ? 'DESC' : 'ASC'} LIMIT ? OFFSET ?`,
      execution,
      limit,
      offset,
    )
    .map((row) => {
      const details: JsonObject = JSON.parse(text(row, 'details'));
      return {
        id: number(row, 'id'),
        at: number(row, 'at'),
        type: text(row, 'type'),
        previous: number(row, 'previous'),
        details,
      };
    });
