import { type Database, number } from './database.ts';

/** When the execution was redriven with this client token; undefined when it was not. */
export const redrivenWith = (database: Database, execution: number, token: string): number | undefined => {
  const row = database.one('SELECT at FROM redrives WHERE execution = ? AND token = ?', execution, token);
  return row && number(row, 'at');
};

/** Remembers the token, and of all of the execution the newest `most`. */
export const putRedrive = (database: Database, execution: number, token: string, at: number, most: number): void => {
  database.run('INSERT OR REPLACE INTO redrives (execution, token, at) VALUES (?, ?, ?)', execution, token, at);
  database.run(
    `DELETE FROM redrives WHERE execution = ? AND token NOT IN
     (SELECT token FROM redrives WHERE execution = ? ORDER BY at DESC, token LIMIT ?)`,
    ...[execution, execution, most],
  );
};
