import type { Frame } from '../execution.ts';
import { type Json, jsonText } from '../json.ts';
import { type Database, number, text } from './database.ts';
import type { Table } from './deferred.ts';

interface StoredFrame {
  readonly execution: number;
  readonly frame: Frame;
}

const key = ({ execution, frame }: StoredFrame) => [execution, frame.id];
const remove = 'DELETE FROM frames WHERE execution = ? AND id = ?';

const FRAMES: Table<StoredFrame> = {
  name: 'frames',
  put: 'INSERT OR REPLACE INTO frames (execution, id, body, input) VALUES (?, ?, ?, ?)',
  remove,
  values: ({ execution, frame: { input, ...body } }) => [execution, body.id, jsonText(body), jsonText(input)],
  key,
};

/** A frame whose input is the one stored already: it may be long and changes seldom. */
const FRAME_BODIES: Table<StoredFrame> = {
  name: 'frame bodies',
  put: 'UPDATE frames SET body = ? WHERE execution = ? AND id = ?',
  remove,
  values: ({ execution, frame: { input: _, ...body } }) => [jsonText(body), execution, body.id],
  key,
};

/** Stores a frame; `before` is how it was, undefined where it is new. */
export const putFrame = (database: Database, execution: number, frame: Frame, before?: Frame): void => {
  const stored = { execution, frame };
  const waits = database.deferred.find(FRAMES, key(stored).join(' ')) !== undefined;
  if (!before || before.input !== frame.input || waits) {
    if (before) database.deferred.remove(FRAME_BODIES, stored, true);
    database.deferred.put(FRAMES, stored, !before);
  } else database.deferred.put(FRAME_BODIES, stored, true);
};

/** Takes a frame away that is stored. */
export const removeFrame = (database: Database, execution: number, frame: Frame): void => {
  database.deferred.remove(FRAME_BODIES, { execution, frame }, true);
  database.deferred.remove(FRAMES, { execution, frame }, false);
};

export const readFrames = (database: Database, execution: number): Map<number, Frame> =>
  new Map(
    database.all('SELECT body, input FROM frames WHERE execution = ? ORDER BY id', execution).map((row) => {
      const frame: Frame = { ...JSON.parse(text(row, 'body')), input: JSON.parse(text(row, 'input')) };
      return [frame.id, frame];
    }),
  );

interface StoredItems {
  readonly execution: number;
  readonly frame: number;
  readonly items: readonly Json[];
}

const ITEMS: Table<StoredItems> = {
  name: 'items',
  put: 'INSERT OR REPLACE INTO items (execution, frame, body) VALUES (?, ?, ?)',
  remove: 'DELETE FROM items WHERE execution = ? AND frame = ?',
  values: ({ execution, frame, items }) => [execution, frame, jsonText(items)],
  key: ({ execution, frame }) => [execution, frame],
};

/** Stores the items of the Map state that a frame is in; undefined takes them away. */
export const putItems = (
  database: Database,
  execution: number,
  frame: number,
  items: readonly Json[] | undefined,
): void => {
  if (items) database.deferred.put(ITEMS, { execution, frame, items }, false);
  else database.deferred.remove(ITEMS, { execution, frame, items: [] }, false);
};

export const readItems = (database: Database, execution: number): Map<number, readonly Json[]> =>
  new Map(
    database.all('SELECT frame, body FROM items WHERE execution = ?', execution).map((row) => {
      const items: readonly Json[] = JSON.parse(text(row, 'body'));
      return [number(row, 'frame'), items];
    }),
  );
