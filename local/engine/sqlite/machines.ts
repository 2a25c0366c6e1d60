import { createHash } from 'node:crypto';
import { type JsonObject, jsonText } from '../json.ts';
import { type Database, number, type Row, text } from './database.ts';
import type { Table } from './deferred.ts';

/** A state machine as created or updated last. Times are epoch milliseconds. */
export interface MachineRow {
  readonly arn: string;
  readonly name: string;
  readonly definition: string;
  readonly role: string;
  readonly type: string;
  readonly revision: string;
  readonly settings: MachineSettings;
  readonly created: number;
  readonly updated: number;
  /** It was deleted while executions of it ran. */
  readonly deleting: boolean;
}

/** Where AWS would log, trace and encrypt: kept and told, and nothing else comes of it here. */
export interface MachineSettings {
  readonly loggingConfiguration?: JsonObject;
  readonly tracingConfiguration?: JsonObject;
  readonly encryptionConfiguration?: JsonObject;
}

export const readSettings = (row: Row): MachineSettings => {
  const settings: MachineSettings = JSON.parse(text(row, 'settings'));
  return settings;
};

interface StoredDefinition {
  readonly digest: string;
  readonly text: string;
}

const DEFINITIONS: Table<StoredDefinition> = {
  name: 'definitions',
  put: 'INSERT OR IGNORE INTO definitions (digest, text) VALUES (?, ?)',
  remove: 'DELETE FROM definitions WHERE digest = ?',
  values: ({ digest, text }) => [digest, text],
  key: ({ digest }) => [digest],
};

/** Stores a definition once under its SHA-256; executions and their children refer to it. Storing twice is safe. */
export const putDefinition = (database: Database, definition: string): string => {
  const digest = createHash('sha256').update(definition).digest('hex');
  database.deferred.put(DEFINITIONS, { digest, text: definition }, true);
  return digest;
};

export const readDefinitionText = (database: Database, digest: string): string => {
  const waiting = database.deferred.find(DEFINITIONS, digest);
  if (waiting) return waiting.text;
  const row = database.peek('SELECT text FROM definitions WHERE digest = ?', digest);
  if (!row) throw new Error(`engine database: definition ${digest} is missing; the file is damaged`);
  return text(row, 'text');
};

const SELECT = 'SELECT m.*, d.text FROM machines m JOIN definitions d ON d.digest = m.definition';

const machineOf = (row: Row): MachineRow => ({
  arn: text(row, 'arn'),
  name: text(row, 'name'),
  definition: text(row, 'text'),
  role: text(row, 'role'),
  type: text(row, 'type'),
  revision: text(row, 'revision'),
  settings: readSettings(row),
  created: number(row, 'created'),
  updated: number(row, 'updated'),
  deleting: number(row, 'deleting') === 1,
});

export const readMachine = (database: Database, arn: string): MachineRow | undefined => {
  // Machines are never written late.
  const row = database.peek(`${SELECT} WHERE m.arn = ?`, arn);
  return row && machineOf(row);
};

/** Those whose ARN begins so, in the order of creation, after the one with the id `after`. */
export const listMachines = (
  database: Database,
  prefix: string,
  limit: number,
  after: number,
): readonly (MachineRow & { readonly id: number })[] =>
  database
    .all(
      `${SELECT} WHERE substr(m.arn, 1, ?) = ? AND m.id > ? ORDER BY m.id LIMIT ?`,
      ...[prefix.length, prefix, after, limit],
    )
    .map((row) => ({ id: number(row, 'id'), ...machineOf(row) }));

/** Creates the machine, or replaces what an update may change: definition, role, revision, settings. */
export const putMachine = (database: Database, row: MachineRow): void =>
  database.transaction(() => {
    const digest = putDefinition(database, row.definition);
    database.run(
      `INSERT INTO machines (arn, name, definition, role, type, revision, settings, created, updated, deleting)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (arn) DO UPDATE SET definition = excluded.definition, role = excluded.role, revision = excluded.revision,
       settings = excluded.settings, updated = excluded.updated, deleting = excluded.deleting`,
      ...[row.arn, row.name, digest, row.role, row.type, row.revision, jsonText(row.settings)],
      ...[row.created, row.updated, row.deleting ? 1 : 0],
    );
  });

/** Machines that were deleted while executions of them ran. */
export const deletingMachines = (database: Database): readonly string[] =>
  database.all('SELECT arn FROM machines WHERE deleting = 1').map((row) => text(row, 'arn'));

export const markDeleting = (database: Database, arn: string): void =>
  database.run('UPDATE machines SET deleting = 1 WHERE arn = ?', arn);

/** With its versions, aliases and tags. Executions keep their own definition. */
export const deleteMachine = (database: Database, arn: string): void =>
  database.transaction(() => {
    for (const table of ['machines', 'tags']) database.run(`DELETE FROM ${table} WHERE arn = ?`, arn);
    for (const table of ['versions', 'aliases']) database.run(`DELETE FROM ${table} WHERE machine = ?`, arn);
  });
