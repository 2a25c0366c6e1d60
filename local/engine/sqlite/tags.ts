import { type Database, text } from './database.ts';

/** The tags of a machine, by key. */
export const readTags = (database: Database, arn: string): ReadonlyMap<string, string> =>
  new Map(
    database
      .all('SELECT key, value FROM tags WHERE arn = ? ORDER BY key', arn)
      .map((row) => [text(row, 'key'), text(row, 'value')]),
  );

export const putTag = (database: Database, arn: string, key: string, value: string): void =>
  database.run('INSERT OR REPLACE INTO tags (arn, key, value) VALUES (?, ?, ?)', arn, key, value);

export const deleteTag = (database: Database, arn: string, key: string): void =>
  database.run('DELETE FROM tags WHERE arn = ? AND key = ?', arn, key);
