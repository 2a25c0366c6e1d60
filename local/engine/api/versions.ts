import { unqualified } from '../arn.ts';
import type { JsonObject } from '../json.ts';
import { listAliases } from '../sqlite/aliases.ts';
import type { Database } from '../sqlite/database.ts';
import { type MachineRow, readMachine } from '../sqlite/machines.ts';
import { countVersions, deleteVersion, insertVersion, listVersions, readVersion } from '../sqlite/versions.ts';
import { WireError } from '../wire-error.ts';
import type { ApiParts, Operation } from './dispatch.ts';
import { bareMachineArnOf, machineArnOf, required, seconds, stringOf } from './input.ts';
import { NEWEST, paged, pageOf } from './page.ts';

/** A machine has at most so many aliases (Step Functions quotas). */
export const ALIASES_PER_MACHINE = 100;
/** And at most so many versions. */
const VERSIONS_PER_MACHINE = 1000;

/**
 * Publishes what the machine is now and returns the version's ARN. A revision is published once: again with the same description
 * is the same version, with another `ConflictException`.
 */
export const publish = (database: Database, row: MachineRow, description: string | undefined, now: number): string => {
  const [latest] = listVersions(database, row.arn, 1, NEWEST);
  if (latest?.revision !== row.revision) {
    if (countVersions(database, row.arn) >= VERSIONS_PER_MACHINE)
      throw new WireError('ServiceQuotaExceededException', `'${row.arn}' has ${VERSIONS_PER_MACHINE} versions already`);
    return `${row.arn}:${insertVersion(database, { ...row, machine: row.arn, description, created: now })}`;
  }
  if (description === undefined || description === latest.description) return `${row.arn}:${latest.number}`;
  throw new WireError(
    'ConflictException',
    `Revision ${row.revision} is already published as version ${latest.number} with another description`,
  );
};

/** Versions of a machine: publish, list, delete. */
export const versionOperations = ({ database, given }: ApiParts): Readonly<Record<string, Operation>> => ({
  PublishStateMachineVersion: (input) => {
    const arn = bareMachineArnOf(input);
    const row = readMachine(database, arn);
    if (!row) throw new WireError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
    if (row.deleting) throw new WireError('StateMachineDeleting', `State Machine is being deleted: '${arn}'`);
    const revision = stringOf(input, 'revisionId');
    // INITIAL is how the API names the revision of a machine that was never updated.
    if (revision !== undefined && revision !== (row.revision === row.arn ? 'INITIAL' : row.revision)) {
      throw new WireError('ConflictException', `The current revision of '${arn}' is not '${revision}'`);
    }
    const version = publish(database, row, stringOf(input, 'description'), given().now);
    const number = Number(unqualified(version).qualifier);
    return { stateMachineVersionArn: version, creationDate: seconds(createdOf(database, arn, number)) };
  },
  ListStateMachineVersions: (input) => {
    const arn = bareMachineArnOf(input);
    const page = pageOf(input, given().now, NEWEST);
    const rows = listVersions(database, arn, page.limit + 1, page.after);
    const { shown, next } = paged(rows, page, (row) => row.number);
    const stateMachineVersions = shown.map(({ number, created }) => ({
      stateMachineVersionArn: `${arn}:${number}`,
      creationDate: seconds(created),
    }));
    return { stateMachineVersions, ...next };
  },
  DeleteStateMachineVersion: (input): JsonObject => {
    const version = required(input, 'stateMachineVersionArn');
    const { machineArn, qualifier = '' } = unqualified(machineArnOf(input, 'stateMachineVersionArn'));
    if (!/^\d+$/.test(qualifier)) throw new WireError('ValidationException', `'${version}' names no version`);
    const holder = listAliases(database, machineArn, ALIASES_PER_MACHINE, NEWEST).find(({ routes }) =>
      routes.some(({ stateMachineVersionArn }) => stateMachineVersionArn === version),
    );
    if (holder)
      throw new WireError('ConflictException', `Version to be deleted is referenced by alias '${holder.arn}'`);
    deleteVersion(database, machineArn, Number(qualifier));
    return {};
  },
});

const createdOf = (database: Database, machine: string, version: number): number => {
  const row = readVersion(database, machine, version);
  if (!row) throw new Error(`engine database: version ${version} of ${machine} is gone after it was stored`);
  return row.created;
};
