import { labelOf, unlabeled, unqualified } from '../arn.ts';
import { checkDefinition } from '../check/definition.ts';
import { expressMistakes } from '../check/express.ts';
import { scopesIn } from '../check/scopes.ts';
import { variableReferences } from '../check/variable-references.ts';
import { uuid } from '../given.ts';
import { type JsonObject, jsonText } from '../json.ts';
import { parseDefinition, readDefinition } from '../parse.ts';
import { refusedDefinition } from '../refused-definition.ts';
import { listMachines, type MachineRow, putMachine, readMachine } from '../sqlite/machines.ts';
import { versionAt } from '../sqlite/versions.ts';
import { checkName } from '../starts.ts';
import { WireError } from '../wire-error.ts';
import type { ApiParts, Operation } from './dispatch.ts';
import { arnOf, bareMachineArnOf, machineArnOf, required, seconds, stringOf } from './input.ts';
import { paged, pageOf } from './page.ts';
import { settingsOf, toldSettings } from './settings.ts';
import { addTags } from './tags.ts';
import { publish } from './versions.ts';

const acceptedDefinition = (definition: string, type: string): string => {
  const { machine, diagnostics: mistakes } = parseDefinition(definition);
  const diagnostics = machine && type === 'EXPRESS' ? expressMistakes(machine) : mistakes;
  if (diagnostics.length > 0) throw refusedDefinition(diagnostics);
  return definition;
};

const checkPublish = (input: JsonObject): void => {
  if (input.publish !== true && input.versionDescription !== undefined)
    throw new WireError('ValidationException', 'Version description can only be set when publish is true');
};

const ROLE = /^arn:aws[a-z-]*:iam::[0-9]{12}:role\/.+$/;

const roleOf = (role: string): string => {
  if (ROLE.test(role)) return role;
  throw new WireError('InvalidArn', `Invalid Role Arn: '${role}'`);
};

/** What a machine or an execution of it is described with; `includedData` METADATA_ONLY leaves the definition out. */
export const machineDetails = (row: MachineRow, input: JsonObject): JsonObject => {
  const whole = input.includedData !== 'METADATA_ONLY';
  const references = variableReferences(readDefinition(row.definition));
  return {
    stateMachineArn: row.arn,
    name: row.name,
    definition: whole ? row.definition : '{}',
    roleArn: row.role,
    ...toldSettings(row.settings),
    ...(row.revision !== row.arn && { revisionId: row.revision }),
    ...(whole && Object.keys(references).length > 0 && { variableReferences: references }),
  };
};

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

/** The definition that the children of the distributed Map state with this label run. */
const labeledDefinition = (definition: string, label: string): string | undefined => {
  const machine = readDefinition(definition);
  const states = scopesIn({ at: '', scope: machine, apart: true }).flatMap(({ scope }) => Object.values(scope.States));
  const found = states.find((state) => state.Type === 'Map' && state.Label === label);
  if (found?.Type !== 'Map') return undefined;
  const { StartAt, States } = found.ItemProcessor;
  return jsonText({ ...(machine.QueryLanguage && { QueryLanguage: machine.QueryLanguage }), StartAt, States });
};

/** State machines: create, update, describe, list, delete, and the check of a definition alone. */
export const machineOperations = ({ database, given, runner }: ApiParts): Readonly<Record<string, Operation>> => {
  const gone = (arn: string) => new WireError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  const published = (input: JsonObject, arn: string, now: number): JsonObject => {
    const row = readMachine(database, arn);
    if (input.publish !== true || !row) return {};
    return { stateMachineVersionArn: publish(database, row, stringOf(input, 'versionDescription'), now) };
  };
  /** A machine as one of the ARNs that mean it names it: itself, a version, an alias is none, a Map state in it. */
  const described = (arn: string): { readonly row: MachineRow; readonly more: JsonObject } => {
    const label = labelOf(arn);
    const { machineArn, qualifier } = unqualified(unlabeled(arn));
    const machine = readMachine(database, machineArn);
    if (!machine) throw gone(arn);
    if (label !== undefined) {
      const definition = labeledDefinition(machine.definition, label);
      if (definition === undefined) throw gone(arn);
      return { row: { ...machine, arn, definition }, more: { label } };
    }
    const version = qualifier === undefined ? undefined : versionAt(database, arn);
    if (qualifier !== undefined && !version) throw gone(arn);
    const more = version?.description !== undefined ? { description: version.description } : {};
    return { row: { ...machine, ...version, arn }, more };
  };
  return {
    CreateStateMachine: (input, { region, account }) => {
      const { now } = given();
      const name = required(input, 'name');
      checkName(name);
      const type = stringOf(input, 'type') ?? 'STANDARD';
      checkPublish(input);
      const settings = settingsOf(input);
      const role = roleOf(required(input, 'roleArn'));
      const definition = acceptedDefinition(required(input, 'definition'), type);
      const arn = `arn:aws:states:${region}:${account}:stateMachine:${name}`;
      const before = readMachine(database, arn);
      if (before?.deleting) throw new WireError('StateMachineDeleting', `State Machine is being deleted: '${arn}'`);
      // Another role or other tags are no difference, and are not taken over either.
      const same = (row: MachineRow) =>
        row.type === type && row.definition === definition && jsonText(row.settings) === jsonText(settings);
      if (before && !same(before))
        throw new WireError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
      if (!before) {
        // A machine that was never updated has no revision id: its own ARN stands for that.
        const times = { created: now, updated: now, deleting: false };
        putMachine(database, { arn, name, definition, role, type, settings, revision: arn, ...times });
        addTags(database, arn, input);
      }
      return {
        stateMachineArn: arn,
        creationDate: seconds(before?.created ?? now),
        ...published(input, arn, now),
      };
    },
    UpdateStateMachine: (input) => {
      const arn = bareMachineArnOf(input);
      const row = readMachine(database, arn);
      if (!row) throw gone(arn);
      if (row.deleting) throw new WireError('StateMachineDeleting', `State Machine is being deleted: '${arn}'`);
      const { now, random } = given();
      checkPublish(input);
      const settings = settingsOf(input);
      const definition = stringOf(input, 'definition');
      const role = stringOf(input, 'roleArn');
      if (definition === undefined && role === undefined && Object.keys(settings).length === 0) {
        throw new WireError(
          'MissingRequiredParameter',
          'Either the definition, the role ARN, the LoggingConfiguration, the TracingConfiguration or the ' +
            'EncryptionConfiguration must be specified',
        );
      }
      const revision = uuid(random);
      putMachine(database, {
        ...row,
        definition: definition === undefined ? row.definition : acceptedDefinition(definition, row.type),
        role: role === undefined ? row.role : roleOf(role),
        settings: { ...row.settings, ...settings },
        ...{ revision, updated: now },
      });
      return { updateDate: seconds(now), revisionId: revision, ...published(input, row.arn, now) };
    },
    DescribeStateMachine: (input) => {
      const { row, more } = described(arnOf(input, 'stateMachineArn', 'stateMachine'));
      return {
        ...machineDetails(row, input),
        ...more,
        ...{ status: row.deleting ? 'DELETING' : 'ACTIVE', type: row.type, creationDate: seconds(row.created) },
      };
    },
    ListStateMachines: (input, { region, account }) => {
      const page = pageOf(input, given().now, 0);
      const prefix = `arn:aws:states:${region}:${account}:`;
      const rows = listMachines(database, prefix, page.limit + 1, page.after);
      const { shown, next } = paged(rows, page, ({ id }) => id);
      return {
        stateMachines: shown.map(({ arn, name, type, created }) => ({
          ...{ stateMachineArn: arn, name, type, creationDate: seconds(created) },
        })),
        ...next,
      };
    },
    DeleteStateMachine: (input) => {
      const arn = machineArnOf(input);
      if (unqualified(arn).qualifier !== undefined)
        throw new WireError(
          'ValidationException',
          `'${arn}' names a version or an alias; delete that by its own operation`,
        );
      runner.deleteMachine(arn);
      return {};
    },
    ValidateStateMachineDefinition: validated,
  };
};
