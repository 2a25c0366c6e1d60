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

/** A page of a history: its events, and whether others come after them. */
export interface HistoryPage {
  readonly events: readonly HistoryEvent[];
  readonly more: boolean;
}

/** Characters of details in one page, so that an answer stays small however large the payloads are; one event always fits. */
const MOST_DETAILS = 4_194_304;

/** At most `limit` events after the one with the id `after`; in reverse, before it, newest first. Fewer where they are large. */
export const readHistory = (
  database: Database,
  execution: number,
  reverse: boolean,
  limit: number,
  after: number,
): HistoryPage => {
  const chosen = `FROM history WHERE execution = ? AND id ${reverse ? '<' : '>'} ? ORDER BY id ${reverse ? 'DESC' : 'ASC'} LIMIT ?`;
  const sizes = database.all(`SELECT LENGTH(details) AS size ${chosen}`, execution, after, limit + 1);
  let size = 0;
  const tooMany = sizes.findIndex((row, at) => {
    size += number(row, 'size');
    return at === limit || (at > 0 && size > MOST_DETAILS);
  });
  const count = tooMany < 0 ? sizes.length : tooMany;
  const events = database.all(`SELECT * ${chosen}`, execution, after, count).map((row) => {
    const details: JsonObject = JSON.parse(text(row, 'details'));
    return {
      ...{ id: number(row, 'id'), at: number(row, 'at'), type: text(row, 'type'), previous: number(row, 'previous') },
      details,
    };
  });
  return { events, more: sizes.length > count };
};
