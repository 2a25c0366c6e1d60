import { createHash } from 'node:crypto';
import { type Database, number, type Row, text } from './database.ts';

/** A state machine as created or updated last. Times are epoch milliseconds. */
export interface MachineRow {
  readonly arn: string;
  readonly name: string;
  readonly definition: string;
  readonly role: string;
  readonly type: string;
  readonly revision: string;
  readonly created: number;
  readonly updated: number;
}

/** Stores a definition once under its SHA-256; executions and their children refer to it. Storing twice is safe. */
export const putDefinition = (database: Database, definition: string): string => {
  const digest = createHash('sha256').update(definition).digest('hex');
  database.run('INSERT OR IGNORE INTO definitions (digest, text) VALUES (?, ?)', digest, definition);
  return digest;
};

export const readDefinitionText = (database: Database, digest: string): string => {
  const row = database.one('SELECT text FROM definitions WHERE digest = ?', digest);
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
  created: number(row, 'created'),
  updated: number(row, 'updated'),
});

export const readMachine = (database: Database, arn: string): MachineRow | undefined => {
  const row = database.one(`${SELECT} WHERE m.arn = ?`, arn);
  return row && machineOf(row);
};

/** Those whose ARN begins so, in the order of creation. */
export const listMachines = (
  database: Database,
  prefix: string,
  limit: number,
  offset: number,
): readonly MachineRow[] =>
  database
    .all(`${SELECT} WHERE substr(m.arn, 1, ?) = ? ORDER BY m.id LIMIT ? OFFSET ?`, prefix.length, prefix, limit, offset)
    .map(machineOf);

/** Creates the machine, or replaces what an update may change: definition, role, revision. */
export const putMachine = (database: Database, row: MachineRow): void =>
  database.transaction(() => {
    const digest = putDefinition(database, row.definition);
    database.run(
      `INSERT INTO machines (arn, name, definition, role, type, revision, created, updated) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (arn) DO UPDATE SET definition = excluded.definition, role = excluded.role, revision = excluded.revision,
       updated = excluded.updated`,
      ...[row.arn, row.name, digest, row.role, row.type, row.revision, row.created, row.updated],
    );
  });

/** With its versions, aliases and tags. Executions keep their own definition and run on. */
export const deleteMachine = (database: Database, arn: string): void =>
  database.transaction(() => {
    for (const table of ['machines', 'tags']) database.run(`DELETE FROM ${table} WHERE arn = ?`, arn);
    for (const table of ['versions', 'aliases']) database.run(`DELETE FROM ${table} WHERE machine = ?`, arn);
  });
