import { labelOf, machineNameOf, unlabeled, unqualified } from '../arn.ts';
import { type Given, uuid } from '../given.ts';
import type { JsonObject } from '../json.ts';
import { redrive, redriveRefusal } from '../redrive.ts';
import { type ExecutionFilter, type ExecutionRow, listExecutions, readExecution } from '../sqlite/executions.ts';
import { readHistory } from '../sqlite/history.ts';
import { readDefinitionText, readMachine } from '../sqlite/machines.ts';
import { readMapRun } from '../sqlite/map-runs.ts';
import { putRedrive, redrivenWith } from '../sqlite/redrives.ts';
import { startExecution } from '../starts.ts';
import { WireError } from '../wire-error.ts';
import type { ApiParts, Operation } from './dispatch.ts';
import { arnOf, machineArnOf, required, seconds, stringOf } from './input.ts';
import { machineDetails } from './machines.ts';
import { NEWEST, paged, pageOf } from './page.ts';

const startedBy = (row: ExecutionRow): JsonObject => ({
  ...(row.version !== undefined && { stateMachineVersionArn: row.version }),
  ...(row.alias !== undefined && { stateMachineAliasArn: row.alias }),
});

const redriven = (row: ExecutionRow): JsonObject => ({
  redriveCount: row.redrives,
  ...(row.redriven !== undefined && { redriveDate: seconds(row.redriven) }),
});

/** A child of a Map Run is redriven with its parent, or not at all. */
const redriveStatus = (row: ExecutionRow, now: number): JsonObject => {
  const refusal = redriveRefusal(row, now);
  if (refusal === undefined) return { redriveStatus: 'REDRIVABLE' };
  const ended = row.status !== 'RUNNING' && row.status !== 'SUCCEEDED';
  if (row.mapRun !== undefined && ended) return { redriveStatus: 'REDRIVABLE_BY_MAP_RUN' };
  return { redriveStatus: 'NOT_REDRIVABLE', redriveStatusReason: refusal };
};

/** What an execution was given and what it gave; `includedData` METADATA_ONLY leaves both out. */
export const dataOf = (row: ExecutionRow, { includedData }: JsonObject): JsonObject => {
  const included = includedData !== 'METADATA_ONLY';
  return {
    ...(included && { input: row.input }),
    inputDetails: { included },
    ...(row.output !== undefined && { ...(included && { output: row.output }), outputDetails: { included } }),
    ...(included && row.error !== undefined && { error: row.error }),
    ...(included && row.cause !== undefined && { cause: row.cause }),
  };
};

const described = (row: ExecutionRow, input: JsonObject, now: number): JsonObject => ({
  ...{ executionArn: row.arn, stateMachineArn: row.machine, name: row.name, status: row.status },
  startDate: seconds(row.started),
  ...(row.stopped !== undefined && { stopDate: seconds(row.stopped) }),
  ...dataOf(row, input),
  ...(row.trace !== undefined && { traceHeader: row.trace }),
  ...(row.mapRun !== undefined && { mapRunArn: row.mapRun }),
  ...startedBy(row),
  ...redriven(row),
  ...redriveStatus(row, now),
});

/** In a list of a Map Run's children each says which run and how many items. */
const listed = (row: ExecutionRow): JsonObject => ({
  ...{ executionArn: row.arn, stateMachineArn: row.machine, name: row.name, status: row.status },
  startDate: seconds(row.started),
  ...(row.stopped !== undefined && { stopDate: seconds(row.stopped) }),
  ...(row.mapRun !== undefined && { mapRunArn: row.mapRun }),
  ...(row.items !== undefined && { itemCount: row.items }),
  ...startedBy(row),
  ...redriven(row),
});

const withoutData = (details: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(details).map(([member, value]) => [
      member,
      Object.fromEntries(Object.entries(value as JsonObject).filter(([key]) => !DATA.includes(key))),
    ]),
  );

/** Without execution data these go, and nothing else: what a task was called with stays, as in AWS. */
const DATA = ['input', 'inputDetails', 'output', 'outputDetails'];

const invalid = (message: string, reason?: string): WireError =>
  new WireError('ValidationException', message, reason === undefined ? {} : { reason });

const filterOf = ({ database }: ApiParts, input: JsonObject): ExecutionFilter => {
  const mapRun = input.mapRunArn === undefined ? undefined : arnOf(input, 'mapRunArn', 'mapRun');
  const status = stringOf(input, 'statusFilter');
  const redriveFilter = stringOf(input, 'redriveFilter');
  const named = input.stateMachineArn !== undefined;
  if (mapRun !== undefined && named)
    throw invalid('You must specify either a stateMachineArn or a mapRunArn, not both');
  if (mapRun !== undefined) {
    if (!readMapRun(database, mapRun))
      throw new WireError('ResourceNotFound', `Resource not found: '${mapRun}'`, { resourceName: mapRun });
    const redriven = redriveFilter === undefined ? undefined : redriveFilter === 'REDRIVEN';
    return { by: { mapRun }, status, redriven };
  }
  if (!named) throw invalid('You must specify a stateMachineArn or a mapRunArn', 'MISSING_REQUIRED_PARAMETER');
  if (status === 'PENDING_REDRIVE') throw invalid('The statusFilter PENDING_REDRIVE needs a mapRunArn');
  if (redriveFilter !== undefined) throw invalid('A redriveFilter needs a mapRunArn');
  const arn = machineArnOf(input);
  const { machineArn, qualifier } = unqualified(arn);
  const machine = readMachine(database, machineArn);
  if (!machine) throw new WireError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  if (machine.type === 'EXPRESS')
    throw new WireError(
      'StateMachineTypeNotSupported',
      `This operation is not supported by this type of state machine`,
    );
  return { by: qualifier === undefined ? { machine: arn } : { qualified: arn }, status };
};

/** The API answers a repeated redrive the same for 15 minutes, for the newest 10 tokens. */
const TOKEN_LIFE_MS = 900_000;
const TOKENS = 10;

const machineOfExecution = ({ database }: ApiParts, row: ExecutionRow, input: JsonObject): JsonObject => {
  const machineArn = unlabeled(row.machine);
  const definition = readDefinitionText(database, row.definition);
  const current = readMachine(database, machineArn);
  const label = labelOf(row.machine);
  const same = current?.definition === definition;
  const details = machineDetails(
    {
      ...{ arn: row.machine, name: machineNameOf(machineArn), definition, role: row.role, type: 'STANDARD' },
      ...{ revision: same ? current.revision : row.machine, settings: current?.settings ?? {} },
      ...{ created: row.started, updated: row.started, deleting: false },
    },
    input,
  );
  return {
    ...details,
    updateDate: seconds(same ? current.updated : row.started),
    ...(row.mapRun !== undefined && { mapRunArn: row.mapRun }),
    ...(label !== undefined && { label }),
  };
};

/** What a request says of an execution to start; one without a name gets a UUID. */
export const startOf = (input: JsonObject, moment: Given, machineArn: string) => ({
  ...{ machineArn, name: stringOf(input, 'name') ?? uuid(moment.random), input: stringOf(input, 'input') ?? '{}' },
  trace: stringOf(input, 'traceHeader'),
});

/** Executions: start, describe, list, history, stop, redrive. */
export const executionOperations = (parts: ApiParts): Readonly<Record<string, Operation>> => {
  const { database, given, runner } = parts;
  const existing = (input: JsonObject): ExecutionRow => {
    const arn = arnOf(input, 'executionArn', 'execution');
    const row = readExecution(database, arn);
    if (!row) throw new WireError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    return row;
  };
  return {
    StartExecution: (input) => {
      const moment = given();
      const started = startExecution(database, moment, startOf(input, moment, machineArnOf(input)));
      if ('fresh' in started) runner.begin(started.fresh);
      const row = 'fresh' in started ? started.fresh.row : started.running;
      return { executionArn: row.arn, startDate: seconds(row.started) };
    },
    DescribeExecution: (input) => described(existing(input), input, given().now),
    DescribeStateMachineForExecution: (input) => machineOfExecution(parts, existing(input), input),
    ListExecutions: (input) => {
      const filter = filterOf(parts, input);
      const page = pageOf(input, given().now, NEWEST);
      const rows = listExecutions(database, filter, page.limit + 1, page.after);
      const { shown, next } = paged(rows, page, ({ id }) => id);
      return { executions: shown.map(listed), ...next };
    },
    GetExecutionHistory: (input) => {
      const row = existing(input);
      const reverse = input.reverseOrder === true;
      const page = pageOf(input, given().now, reverse ? NEWEST : 0);
      const { events, more } = readHistory(database, row.id, reverse, page.limit, page.after);
      const last = events.at(-1);
      return {
        events: events.map(({ id, at, type, previous, details }) => ({
          ...{ timestamp: seconds(at), type, id, previousEventId: previous },
          ...(input.includeExecutionData === false ? withoutData(details) : details),
        })),
        ...(more && last && { nextToken: page.tokenAfter(last.id) }),
      };
    },
    RedriveExecution: (input) => {
      const row = existing(input);
      const { now } = given();
      const token = stringOf(input, 'clientToken');
      const before = token === undefined ? undefined : redrivenWith(database, row.id, token);
      if (before !== undefined && now - before < TOKEN_LIFE_MS) return { redriveDate: seconds(before) };
      const refusal = redriveRefusal(row, now);
      if (refusal !== undefined) throw new WireError('ExecutionNotRedrivable', refusal);
      redrive(database, now, row);
      if (token !== undefined) putRedrive(database, row.id, token, now, TOKENS);
      runner.take(row.arn);
      return { redriveDate: seconds(now) };
    },
    StopExecution: async (input) => {
      const row = existing(input);
      const { now } = given();
      await runner.apply(row.arn, { kind: 'stop', error: stringOf(input, 'error'), cause: stringOf(input, 'cause') });
      return { stopDate: seconds(readExecution(database, required(input, 'executionArn'))?.stopped ?? now) };
    },
  };
};
