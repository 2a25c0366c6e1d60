import type { MapRunRow } from '../draft.ts';
import { type Database, number, optional, type Row, text } from './database.ts';

/** A Map Run as the API shows it; counts are taken from its children when asked for. */
export interface StoredMapRun {
  readonly arn: string;
  readonly execution: string;
  readonly machine: string;
  readonly frame: number;
  readonly status: string;
  readonly concurrency: number;
  readonly toleratedCount: number;
  readonly toleratedPercentage: number;
  readonly totalItems: number;
  readonly totalChildren: number;
  readonly redrives: number;
  readonly redriven?: number | undefined;
  readonly started: number;
  readonly stopped?: number | undefined;
}

/** Creates the Map Run's row, or changes its status and limits. The caller holds the transaction. */
export const putMapRun = (database: Database, row: MapRunRow, execution: string, machine: string, at: number): void =>
  database.run(
    `INSERT INTO map_runs (arn, execution, machine, frame, state, status, concurrency, tolerated_count, tolerated_percentage,
     total_items, total_children, redrives, started) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (arn) DO UPDATE SET
     status = excluded.status, concurrency = excluded.concurrency, tolerated_count = excluded.tolerated_count,
     tolerated_percentage = excluded.tolerated_percentage, total_items = excluded.total_items,
     total_children = excluded.total_children, redrives = excluded.redrives, stopped = ?,
     redriven = CASE WHEN excluded.redrives > map_runs.redrives THEN ? ELSE map_runs.redriven END`,
    ...[row.arn, execution, machine, row.frame, row.state, row.status, row.concurrency],
    ...[row.toleratedCount, row.toleratedPercentage, row.totalItems, row.totalChildren, row.redrives],
    ...[at, row.status === 'RUNNING' ? null : at, at],
  );

/** Ends a Map Run that still runs, and returns its children that do. The caller holds the transaction. */
export const stopMapRun = (database: Database, run: string, at: number): readonly string[] => {
  database.run("UPDATE map_runs SET status = 'ABORTED', stopped = ? WHERE arn = ? AND status = 'RUNNING'", at, run);
  return database
    .all("SELECT arn FROM executions WHERE map_run = ? AND status = 'RUNNING' ORDER BY item", run)
    .map((row) => text(row, 'arn'));
};

const mapRunOf = (row: Row): StoredMapRun => ({
  arn: text(row, 'arn'),
  execution: text(row, 'execution'),
  machine: text(row, 'machine'),
  frame: number(row, 'frame'),
  status: text(row, 'status'),
  concurrency: number(row, 'concurrency'),
  toleratedCount: number(row, 'tolerated_count'),
  toleratedPercentage: number(row, 'tolerated_percentage'),
  totalItems: number(row, 'total_items'),
  totalChildren: number(row, 'total_children'),
  redrives: number(row, 'redrives'),
  redriven: optional(number, row, 'redriven'),
  started: number(row, 'started'),
  stopped: optional(number, row, 'stopped'),
});

export const readMapRun = (database: Database, arn: string): StoredMapRun | undefined => {
  const row = database.one('SELECT * FROM map_runs WHERE arn = ?', arn);
  return row && mapRunOf(row);
};

/** Newest first, at most `limit` of those older than the one with the id `before`. */
export const listMapRuns = (
  database: Database,
  execution: string,
  limit: number,
  before: number,
): readonly (StoredMapRun & { readonly id: number })[] =>
  database
    .all('SELECT * FROM map_runs WHERE execution = ? AND id < ? ORDER BY id DESC LIMIT ?', execution, before, limit)
    .map((row) => ({ id: number(row, 'id'), ...mapRunOf(row) }));

/** How many children have each status, and how many items those were given. */
export const countChildren = (
  database: Database,
  run: string,
): ReadonlyMap<string, { readonly children: number; readonly items: number }> =>
  new Map(
    database
      .all('SELECT status, COUNT(*) AS n, SUM(items) AS i FROM executions WHERE map_run = ? GROUP BY status', run)
      .map((row) => [text(row, 'status'), { children: number(row, 'n'), items: number(row, 'i') }]),
  );
