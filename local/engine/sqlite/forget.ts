import { type Database, number, text } from './database.ts';

/** As many at a time, so that no other job waits long. */
const MOST = 1_000;

/**
 * Removes executions that ended before `before`, with their histories, frames, tokens and Map Runs; children of a Map Run only once its own
 * execution has ended. At most a thousand, the oldest first; returns how many, so that whoever wants all of them asks again.
 */
export const forgetExecutions = (database: Database, before: number): number => {
  const ended = database.all(
    `SELECT id, arn FROM executions WHERE stopped < ? AND status <> 'RUNNING' AND NOT EXISTS
     (SELECT 1 FROM executions AS above WHERE above.arn = executions.parent AND above.status = 'RUNNING') ORDER BY stopped LIMIT ?`,
    ...[before, MOST],
  );
  for (const row of ended) {
    const id = number(row, 'id');
    const arn = text(row, 'arn');
    for (const table of ['history', 'frames', 'items', 'redrives']) {
      database.run(`DELETE FROM ${table} WHERE execution = ?`, id);
    }
    for (const table of ['tokens', 'map_runs', 'inbox']) database.run(`DELETE FROM ${table} WHERE execution = ?`, arn);
    database.run('DELETE FROM links WHERE child = ? OR execution = ?', arn, arn);
    database.run('DELETE FROM executions WHERE id = ?', id);
  }
  return ended.length;
};
