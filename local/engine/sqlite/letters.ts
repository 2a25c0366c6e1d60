import type { Signal } from '../execution.ts';
import { jsonText } from '../json.ts';
import { type Database, number, text } from './database.ts';
import type { Table } from './deferred.ts';

/** A child execution ended that the frame of another waits for: as a task (its attempt) or as a part of a Map Run. */
export interface ChildEnded {
  readonly kind: 'ended';
  readonly child: string;
  readonly frame: number;
  readonly waits: Waits;
}

/** What a frame waits for an execution with: the attempt of its task, or its Map Run. */
export type Waits = { readonly attempt: string } | { readonly run: string };

/** A signal between executions, stored until the receiver's transition has taken it. */
export interface Letter {
  readonly id: number;
  readonly execution: string;
  readonly body: Signal | ChildEnded;
}

const INBOX: Table<Letter> = {
  name: 'inbox',
  put: 'INSERT INTO inbox (id, execution, body) VALUES (?, ?, ?)',
  remove: 'DELETE FROM inbox WHERE id = ?',
  values: ({ id, execution, body }) => [id, execution, jsonText(body)],
  key: ({ id }) => [id],
};

export const postLetter = (database: Database, execution: string, body: Letter['body']): Letter => {
  const letter = { id: database.nextId('inbox'), execution, body };
  database.deferred.put(INBOX, letter, true);
  return letter;
};

export const readLetters = (database: Database): readonly Letter[] =>
  database.all('SELECT id, execution, body FROM inbox ORDER BY id').map((row) => {
    const body: Letter['body'] = JSON.parse(text(row, 'body'));
    return { id: number(row, 'id'), execution: text(row, 'execution'), body };
  });

export const takeLetter = (database: Database, letter: Letter): void => database.deferred.remove(INBOX, letter, false);

/** The frame of an execution that waits for the end of another, the child, in an attempt of its task. */
export interface Link {
  readonly child: string;
  readonly execution: string;
  readonly frame: number;
  readonly attempt: string;
}

const LINKS: Table<Link> = {
  name: 'links',
  put: 'INSERT OR IGNORE INTO links (child, execution, frame, attempt) VALUES (?, ?, ?, ?)',
  remove: 'DELETE FROM links WHERE child = ? AND execution = ? AND frame = ? AND attempt = ?',
  values: ({ child, execution, frame, attempt }) => [child, execution, frame, attempt],
  key: ({ child, execution, frame, attempt }) => [child, execution, frame, attempt],
};

export const addLink = (database: Database, link: Link): void => database.deferred.put(LINKS, link, true);

export const removeLink = (database: Database, link: Link): void => database.deferred.remove(LINKS, link, false);

/** Who waits, by the child. */
export const readLinks = (database: Database): Map<string, readonly Link[]> => {
  const links = database.all('SELECT child, execution, frame, attempt FROM links ORDER BY child, execution, frame').map(
    (row): Link => ({
      ...{ child: text(row, 'child'), execution: text(row, 'execution') },
      ...{ frame: number(row, 'frame'), attempt: text(row, 'attempt') },
    }),
  );
  return Map.groupBy(links, ({ child }) => child);
};
