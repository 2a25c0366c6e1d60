import { unqualified } from '../arn.ts';
import { isObject, type JsonObject } from '../json.ts';
import { type AliasRow, deleteAlias, listAliases, putAlias, type Route, readAlias } from '../sqlite/aliases.ts';
import type { Database } from '../sqlite/database.ts';
import { readMachine } from '../sqlite/machines.ts';
import { versionAt } from '../sqlite/versions.ts';
import { WireError } from '../wire-error.ts';
import type { ApiParts, Operation } from './dispatch.ts';
import { machineArnOf, required, seconds, stringOf } from './input.ts';
import { NEWEST, paged, pageOf } from './page.ts';
import { ALIASES_PER_MACHINE } from './versions.ts';

const invalid = (message: string): WireError =>
  new WireError('ValidationException', message, { reason: 'INVALID_ROUTING_CONFIGURATION' });

const notFound = (arn: string): WireError =>
  new WireError('ResourceNotFound', `Resource not found: '${arn}'`, { resourceName: arn });

/** One or two versions of one machine, whose weights make 100. */
const routesOf = (database: Database, input: JsonObject): readonly Route[] => {
  const given = Array.isArray(input.routingConfiguration) ? input.routingConfiguration : [];
  const routes = given.map((route): Route => {
    const weight = isObject(route) ? route.weight : undefined;
    if (!isObject(route) || typeof weight !== 'number' || !Number.isInteger(weight) || weight < 0 || weight > 100)
      throw invalid('routingConfiguration: each must hold a stateMachineVersionArn and a weight from 0 to 100');
    const stateMachineVersionArn = required(route, 'stateMachineVersionArn');
    if (!versionAt(database, stateMachineVersionArn)) throw notFound(stateMachineVersionArn);
    return { stateMachineVersionArn, weight };
  });
  const machines = new Set(routes.map((route) => unqualified(route.stateMachineVersionArn).machineArn));
  const versions = new Set(routes.map((route) => route.stateMachineVersionArn));
  const sum = routes.reduce((total, { weight }) => total + weight, 0);
  if (routes.length < 1 || routes.length > 2 || machines.size !== 1 || versions.size !== routes.length || sum !== 100)
    throw invalid('routingConfiguration: one or two different versions of one machine, whose weights make 100');
  return routes;
};

const described = (row: AliasRow): JsonObject => ({
  stateMachineAliasArn: row.arn,
  name: row.name,
  ...(row.description !== undefined && { description: row.description }),
  routingConfiguration: row.routes.map((route) => ({ ...route })),
  creationDate: seconds(row.created),
  updateDate: seconds(row.updated),
});

const refuseDeleting = (database: Database, machine: string): void => {
  if (readMachine(database, machine)?.deleting)
    throw new WireError('StateMachineDeleting', `State Machine is being deleted: '${machine}'`);
};

/** Aliases of a machine: create, update, describe, list, delete. */
export const aliasOperations = ({ database, given }: ApiParts): Readonly<Record<string, Operation>> => {
  const existing = (input: JsonObject): AliasRow => {
    const arn = machineArnOf(input, 'stateMachineAliasArn');
    const row = readAlias(database, arn);
    if (!row) throw notFound(arn);
    return row;
  };
  return {
    CreateStateMachineAlias: (input) => {
      const { now } = given();
      const name = required(input, 'name');
      const routes = routesOf(database, input);
      const machine = unqualified(routes[0]?.stateMachineVersionArn ?? '').machineArn;
      refuseDeleting(database, machine);
      const arn = `${machine}:${name}`;
      const description = stringOf(input, 'description');
      const before = readAlias(database, arn);
      if (before) {
        const same = before.description === description && JSON.stringify(before.routes) === JSON.stringify(routes);
        if (!same) throw new WireError('ConflictException', `Alias '${arn}' already exists with other settings`);
        return { stateMachineAliasArn: arn, creationDate: seconds(before.created) };
      }
      if (listAliases(database, machine, ALIASES_PER_MACHINE, NEWEST).length >= ALIASES_PER_MACHINE)
        throw new WireError('ServiceQuotaExceededException', `'${machine}' has ${ALIASES_PER_MACHINE} aliases already`);
      putAlias(database, { arn, machine, name, description, routes, created: now, updated: now });
      return { stateMachineAliasArn: arn, creationDate: seconds(now) };
    },
    UpdateStateMachineAlias: (input) => {
      const row = existing(input);
      refuseDeleting(database, row.machine);
      const { now } = given();
      const description = stringOf(input, 'description');
      if (description === undefined && input.routingConfiguration === undefined)
        throw new WireError('ValidationException', 'description or routingConfiguration must be specified', {
          reason: 'MISSING_REQUIRED_PARAMETER',
        });
      const routes = input.routingConfiguration === undefined ? row.routes : routesOf(database, input);
      if (routes.some((route) => unqualified(route.stateMachineVersionArn).machineArn !== row.machine))
        throw invalid(`routingConfiguration: the versions must be of '${row.machine}'`);
      putAlias(database, { ...row, routes, description: description ?? row.description, updated: now });
      return { updateDate: seconds(now) };
    },
    DescribeStateMachineAlias: (input) => described(existing(input)),
    ListStateMachineAliases: (input) => {
      const asked = machineArnOf(input);
      const { machineArn, qualifier } = unqualified(asked);
      if (!readMachine(database, machineArn))
        throw new WireError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${asked}'`);
      const page = pageOf(input, given().now, NEWEST);
      // Of a version: those that lead to it.
      const rows = listAliases(database, machineArn, ALIASES_PER_MACHINE, page.after).filter(
        ({ routes }) => qualifier === undefined || routes.some((route) => route.stateMachineVersionArn === asked),
      );
      const { shown, next } = paged(rows, page, ({ id }) => id);
      const stateMachineAliases = shown.map(({ arn, created }) => ({
        stateMachineAliasArn: arn,
        creationDate: seconds(created),
      }));
      return { stateMachineAliases, ...next };
    },
    DeleteStateMachineAlias: (input) => {
      deleteAlias(database, existing(input).arn);
      return {};
    },
  };
};
