import { unqualified } from '../arn.ts';
import { checkDefinition } from '../check/definition.ts';
import { expressMistakes } from '../check/express.ts';
import { uuid } from '../given.ts';
import type { JsonObject } from '../json.ts';
import { parseDefinition } from '../parse.ts';
import { refusedDefinition } from '../refused-definition.ts';
import { deleteMachine, listMachines, type MachineRow, putMachine, readMachine } from '../sqlite/machines.ts';
import { versionAt } from '../sqlite/versions.ts';
import { checkName } from '../starts.ts';
import { WireError } from '../wire-error.ts';
import type { ApiParts, Operation } from './dispatch.ts';
import { arnOf, paged, pageOf, required, seconds, stringOf } from './input.ts';
import { addTags } from './tags.ts';
import { publish } from './versions.ts';

const acceptedDefinition = (definition: string, type: string): string => {
  const { machine, diagnostics: mistakes } = parseDefinition(definition);
  const diagnostics = machine && type === 'EXPRESS' ? expressMistakes(machine) : mistakes;
  if (diagnostics.length > 0) {
    throw refusedDefinition(diagnostics);
  }
  return definition;
};

const checkPublish = (input: JsonObject): void => {
  if (input.publish !== true && input.versionDescription !== undefined)
    throw new WireError('ValidationException', "versionDescription can be given only with 'publish': true");
};

/** What a machine or an execution of it is described with. */
export const machineDetails = (row: MachineRow): JsonObject => ({
  stateMachineArn: row.arn,
  name: row.name,
  definition: row.definition,
  roleArn: row.role,
  loggingConfiguration: { level: 'OFF', includeExecutionData: false },
  tracingConfiguration: { enabled: false },
  ...(row.revision !== row.arn && { revisionId: row.revision }),
});

const validated = (input: JsonObject): JsonObject => {
  const { machine, diagnostics: mistakes } = parseDefinition(required(input, 'definition'));
  const express = stringOf(input, 'type') === 'EXPRESS';
  const warnings = machine && stringOf(input, 'severity') === 'WARNING' ? checkDefinition(machine) : [];
  const diagnostics = machine ? [...(express ? expressMistakes(machine) : []), ...warnings] : mistakes;
  const most = typeof input.maxResults === 'number' && input.maxResults > 0 ? input.maxResults : 100;
  return {
    result: diagnostics.some(({ severity }) => severity === 'ERROR') ? 'FAIL' : 'OK',
    diagnostics: diagnostics.slice(0, most).map((diagnostic) => ({ ...diagnostic })),
    truncated: diagnostics.length > most,
  };
};

/** State machines: create, update, describe, list, delete, and the check of a definition alone. */
export const machineOperations = ({ database, given }: ApiParts): Readonly<Record<string, Operation>> => {
  const existing = (input: JsonObject): MachineRow => {
    const arn = arnOf(input, 'stateMachineArn', 'stateMachine');
    const row = readMachine(database, unqualified(arn).machineArn);
    if (!row) throw new WireError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
    return row;
  };
  const published = (input: JsonObject, arn: string, now: number): JsonObject => {
    const row = readMachine(database, arn);
    if (input.publish !== true || !row) return {};
    return { stateMachineVersionArn: publish(database, row, stringOf(input, 'versionDescription'), now) };
  };
  return {
    CreateStateMachine: (input, { region, account }) => {
      const { now } = given();
      const name = required(input, 'name');
      checkName(name);
      const type = stringOf(input, 'type') ?? 'STANDARD';
      if (type !== 'STANDARD' && type !== 'EXPRESS')
        throw new WireError('StateMachineTypeNotSupported', `State Machine Type Not Supported: '${type}'`);
      checkPublish(input);
      const definition = acceptedDefinition(required(input, 'definition'), type);
      const role = required(input, 'roleArn');
      const arn = `arn:aws:states:${region}:${account}:stateMachine:${name}`;
      const before = readMachine(database, arn);
      if (before && (before.type !== type || before.definition !== definition || before.role !== role)) {
        throw new WireError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
      }
      // A machine that was never updated has no revision id: its own ARN stands for that.
      if (!before)
        putMachine(database, { arn, name, definition, role, type, revision: arn, created: now, updated: now });
      addTags(database, arn, input);
      return {
        stateMachineArn: arn,
        creationDate: seconds(before?.created ?? now),
        ...published(input, arn, now),
      };
    },
    UpdateStateMachine: (input) => {
      const row = existing(input);
      const { now, random } = given();
      checkPublish(input);
      const definition = stringOf(input, 'definition');
      const role = stringOf(input, 'roleArn');
      if (definition === undefined && role === undefined) {
        throw new WireError(
          'MissingRequiredParameter',
          'Either the definition, the role ARN, or both must be specified',
        );
      }
      const revision = uuid(random);
      putMachine(database, {
        ...row,
        definition: definition === undefined ? row.definition : acceptedDefinition(definition, row.type),
        role: role ?? row.role,
        revision,
        updated: now,
      });
      return { updateDate: seconds(now), revisionId: revision, ...published(input, row.arn, now) };
    },
    DescribeStateMachine: (input) => {
      const version = versionAt(database, required(input, 'stateMachineArn'));
      const machine = existing(input);
      const arn = required(input, 'stateMachineArn');
      if (!version && arn !== machine.arn)
        throw new WireError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
      const row = { ...machine, ...version, arn };
      return {
        ...machineDetails(row),
        ...(version?.description !== undefined && { description: version.description }),
        ...{ status: 'ACTIVE', type: row.type, creationDate: seconds(row.created) },
      };
    },
    ListStateMachines: (input, { region, account }) => {
      const page = pageOf(input);
      const prefix = `arn:aws:states:${region}:${account}:`;
      const { shown, next } = paged(listMachines(database, prefix, page.limit + 1, page.offset), page);
      return {
        stateMachines: shown.map(({ arn, name, type, created }) => ({
          stateMachineArn: arn,
          name,
          type,
          creationDate: seconds(created),
        })),
        ...next,
      };
    },
    DeleteStateMachine: (input) => {
      const arn = arnOf(input, 'stateMachineArn', 'stateMachine');
      if (unqualified(arn).qualifier !== undefined)
        throw new WireError(
          'ValidationException',
          `'${arn}' names a version or an alias; delete that by its own operation`,
        );
      deleteMachine(database, arn);
      return {};
    },
    ValidateStateMachineDefinition: validated,
  };
};
