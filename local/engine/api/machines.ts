import { uuid } from '../given.ts';
import type { JsonObject } from '../json.ts';
import { parseDefinition } from '../parse.ts';
import { deleteMachine, listMachines, type MachineRow, putMachine, readMachine } from '../sqlite/machines.ts';
import { checkName } from '../starts.ts';
import { WireError } from '../wire-error.ts';
import type { ApiParts, Operation } from './dispatch.ts';
import { arnOf, paged, pageOf, required, seconds, stringOf } from './input.ts';

const checkDefinition = (definition: string): string => {
  const { diagnostics } = parseDefinition(definition);
  if (diagnostics.length > 0) {
    const list = diagnostics
      .map(({ code, message, location }) => `${code}: ${message} at ${location || '/'}`)
      .join('; ');
    throw new WireError('InvalidDefinition', `Invalid State Machine Definition: '${list}'`);
  }
  return definition;
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
  const { diagnostics } = parseDefinition(required(input, 'definition'));
  const most = typeof input.maxResults === 'number' && input.maxResults > 0 ? input.maxResults : 100;
  return {
    result: diagnostics.length > 0 ? 'FAIL' : 'OK',
    diagnostics: diagnostics.slice(0, most).map((diagnostic) => ({ ...diagnostic })),
    truncated: diagnostics.length > most,
  };
};

/** State machines: create, update, describe, list, delete, and the check of a definition alone. */
export const machineOperations = ({ database, given }: ApiParts): Readonly<Record<string, Operation>> => {
  const existing = (input: JsonObject): MachineRow => {
    const arn = arnOf(input, 'stateMachineArn', 'stateMachine');
    const row = readMachine(database, arn);
    if (!row) throw new WireError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
    return row;
  };
  return {
    CreateStateMachine: (input) => {
      const { region, account, now } = given();
      const name = required(input, 'name');
      checkName(name);
      const type = stringOf(input, 'type') ?? 'STANDARD';
      if (type !== 'STANDARD') {
        throw new WireError(
          'StateMachineTypeNotSupported',
          `State Machine Type Not Supported: '${type}': this engine runs STANDARD machines`,
        );
      }
      const definition = checkDefinition(required(input, 'definition'));
      const role = required(input, 'roleArn');
      const arn = `arn:aws:states:${region}:${account}:stateMachine:${name}`;
      const before = readMachine(database, arn);
      if (before && (before.definition !== definition || before.role !== role)) {
        throw new WireError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
      }
      // A machine that was never updated has no revision id: its own ARN stands for that.
      if (!before)
        putMachine(database, { arn, name, definition, role, type, revision: arn, created: now, updated: now });
      return { stateMachineArn: arn, creationDate: seconds(before?.created ?? now) };
    },
    UpdateStateMachine: (input) => {
      const row = existing(input);
      const { now, random } = given();
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
        definition: definition === undefined ? row.definition : checkDefinition(definition),
        role: role ?? row.role,
        revision,
        updated: now,
      });
      return { updateDate: seconds(now), revisionId: revision };
    },
    DescribeStateMachine: (input) => {
      const row = existing(input);
      return { ...machineDetails(row), status: 'ACTIVE', type: row.type, creationDate: seconds(row.created) };
    },
    ListStateMachines: (input) => {
      const page = pageOf(input);
      const { shown, next } = paged(listMachines(database, page.limit + 1, page.offset), page);
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
      deleteMachine(database, arnOf(input, 'stateMachineArn', 'stateMachine'));
      return {};
    },
    ValidateStateMachineDefinition: validated,
  };
};
