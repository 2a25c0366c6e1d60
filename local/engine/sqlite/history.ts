import type { HistoryEvent } from '../execution.ts';
import { type JsonObject, jsonText } from '../json.ts';
import { type Database, number, text } from './database.ts';
import type { Table } from './deferred.ts';

interface StoredEvent {
  readonly execution: number;
  readonly event: HistoryEvent;
}

const HISTORY: Table<StoredEvent> = {
  name: 'history',
  put: 'INSERT INTO history (execution, id, at, type, previous, details) VALUES (?, ?, ?, ?, ?, ?)',
  remove: 'DELETE FROM history WHERE execution = ? AND id = ?',
  values: ({ execution, event }) => [
    ...[execution, event.id, event.at, event.type, event.previous, jsonText(event.details)],
  ],
  key: ({ execution, event }) => [execution, event.id],
  append: true,
};

export const addEvent = (database: Database, execution: number, event: HistoryEvent): void =>
  database.deferred.put(HISTORY, { execution, event }, true);

/** At most `limit` events after the one with the id `after`; in reverse, before it, newest first. */
export const readHistory = (
  database: Database,
  execution: number,
  reverse: boolean,
  limit: number,
  after: number,
): readonly HistoryEvent[] =>
  database
    .all(
      `SELECT * FROM history WHERE execution = ? AND id ${reverse ? '<' : '>'} ? ORDER BY id ${reverse ? 'DESC' : 'ASC'} LIMIT ?`,
      execution,
      after,
      limit,
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
