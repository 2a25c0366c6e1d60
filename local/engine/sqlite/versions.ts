import { unqualified } from '../arn.ts';
import { jsonText } from '../json.ts';
import { type Database, number, optional, type Row, text } from './database.ts';
import { type MachineSettings, putDefinition, readSettings } from './machines.ts';

/** A published version of a machine: never changed. */
export interface VersionRow {
  readonly machine: string;
  readonly number: number;
  readonly definition: string;
  readonly role: string;
  readonly revision: string;
  readonly settings: MachineSettings;
  readonly description?: string | undefined;
  readonly created: number;
}

const SELECT = 'SELECT v.*, d.text FROM versions v JOIN definitions d ON d.digest = v.definition WHERE v.deleted = 0';

const versionOf = (row: Row): VersionRow => ({
  machine: text(row, 'machine'),
  number: number(row, 'number'),
  definition: text(row, 'text'),
  role: text(row, 'role'),
  revision: text(row, 'revision'),
  settings: readSettings(row),
  description: optional(text, row, 'description'),
  created: number(row, 'created'),
});

/** Stores the next version of the machine: one more than the highest there ever was. Returns its number. */
export const insertVersion = (database: Database, row: Omit<VersionRow, 'number'>): number =>
  database.transaction(() => {
    const highest = database.one('SELECT MAX(number) AS n FROM versions WHERE machine = ?', row.machine);
    const next = (highest?.n === null || highest === undefined ? 0 : number(highest, 'n')) + 1;
    database.run(
      `INSERT INTO versions (machine, number, definition, role, revision, settings, description, created)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[row.machine, next, putDefinition(database, row.definition), row.role, row.revision],
      ...[jsonText(row.settings), row.description ?? null, row.created],
    );
    return next;
  });

export const readVersion = (database: Database, machine: string, version: number): VersionRow | undefined => {
  const row = database.one(`${SELECT} AND v.machine = ? AND v.number = ?`, machine, version);
  return row && versionOf(row);
};

/** As `readVersion`, by the version's ARN; undefined also for an ARN that names none. */
export const versionAt = (database: Database, arn: string): VersionRow | undefined => {
  const { machineArn, qualifier = '' } = unqualified(arn);
  return /^\d+$/.test(qualifier) ? readVersion(database, machineArn, Number(qualifier)) : undefined;
};

/** Newest first, at most `limit` of those with a number below `before`. */
export const listVersions = (
  database: Database,
  machine: string,
  limit: number,
  before: number,
): readonly VersionRow[] =>
  database
    .all(`${SELECT} AND v.machine = ? AND v.number < ? ORDER BY v.number DESC LIMIT ?`, machine, before, limit)
    .map(versionOf);

export const countVersions = (database: Database, machine: string): number =>
  Number(database.one('SELECT COUNT(*) AS n FROM versions WHERE machine = ? AND deleted = 0', machine)?.n);

/** Its number is not given again. Deleting twice is deleting once. */
export const deleteVersion = (database: Database, machine: string, version: number): void =>
  database.run('UPDATE versions SET deleted = 1 WHERE machine = ? AND number = ?', machine, version);
