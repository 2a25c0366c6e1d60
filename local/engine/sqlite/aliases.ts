import { jsonText } from '../json.ts';
import { type Database, number, optional, type Row, text } from './database.ts';

/** A version and its share of the executions, in percent. */
export interface Route {
  readonly stateMachineVersionArn: string;
  readonly weight: number;
}

/** A name for one version of a machine, or for two by weight. */
export interface AliasRow {
  readonly arn: string;
  readonly machine: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly routes: readonly Route[];
  readonly created: number;
  readonly updated: number;
}

/** The version a draw in [0, 1) falls on, each by its weight. */
export const nextRoute = (routes: readonly Route[], draw: number): string => {
  const [first, second] = routes;
  if (!first) throw new Error('alias: it has no route');
  return second && draw * 100 >= first.weight ? second.stateMachineVersionArn : first.stateMachineVersionArn;
};

const aliasOf = (row: Row): AliasRow => ({
  arn: text(row, 'arn'),
  machine: text(row, 'machine'),
  name: text(row, 'name'),
  description: optional(text, row, 'description'),
  routes: JSON.parse(text(row, 'routes')),
  created: number(row, 'created'),
  updated: number(row, 'updated'),
});

/** Creates the alias, or replaces its routes and description. */
export const putAlias = (database: Database, row: AliasRow): void =>
  database.run(
    `INSERT INTO aliases (arn, machine, name, description, routes, created, updated) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (arn) DO UPDATE SET description = excluded.description, routes = excluded.routes, updated = excluded.updated`,
    ...[row.arn, row.machine, row.name, row.description ?? null, jsonText(row.routes), row.created, row.updated],
  );

export const readAlias = (database: Database, arn: string): AliasRow | undefined => {
  const row = database.one('SELECT * FROM aliases WHERE arn = ?', arn);
  return row && aliasOf(row);
};

/** Newest first, at most `limit` of those older than the one with the id `before`. */
export const listAliases = (
  database: Database,
  machine: string,
  limit: number,
  before: number,
): readonly (AliasRow & { readonly id: number })[] =>
  database
    .all('SELECT * FROM aliases WHERE machine = ? AND id < ? ORDER BY id DESC LIMIT ?', machine, before, limit)
    .map((row) => ({ id: number(row, 'id'), ...aliasOf(row) }));

export const deleteAlias = (database: Database, arn: string): void =>
  database.run('DELETE FROM aliases WHERE arn = ?', arn);
