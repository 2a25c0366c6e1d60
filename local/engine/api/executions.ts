import { unqualified } from '../arn.ts';
import { STATES } from '../failure.ts';
import { uuid } from '../given.ts';
import type { JsonObject } from '../json.ts';
import { EngineStopped } from '../queue.ts';
import { redrive, redriveRefusal } from '../redrive.ts';
import { type ExecutionRow, listExecutions, readExecution, readHistory } from '../sqlite/executions.ts';
import { readDefinitionText, readMachine } from '../sqlite/machines.ts';
import { startExecution } from '../starts.ts';
import { WireError } from '../wire-error.ts';
import type { ApiParts, Operation } from './dispatch.ts';
import { arnOf, paged, pageOf, required, seconds, stringOf } from './input.ts';
import { machineDetails } from './machines.ts';

/** A child of a Map Run is redriven with its parent, or not at all. */
const redrivenByMapRun = (row: ExecutionRow): boolean =>
  row.mapRun !== undefined && row.status !== 'RUNNING' && row.status !== 'SUCCEEDED';

const startedBy = (row: ExecutionRow): JsonObject => ({
  ...(row.version !== undefined && { stateMachineVersionArn: row.version }),
  ...(row.alias !== undefined && { stateMachineAliasArn: row.alias }),
});

const described = (row: ExecutionRow, refusal: string | undefined): JsonObject => ({
  executionArn: row.arn,
  stateMachineArn: row.machine,
  name: row.name,
  status: row.status,
  startDate: seconds(row.started),
  ...(row.stopped !== undefined && { stopDate: seconds(row.stopped) }),
  input: row.input,
  inputDetails: { included: true },
  ...(row.output !== undefined && { output: row.output, outputDetails: { included: true } }),
  ...(row.error !== undefined && { error: row.error }),
  ...(row.cause !== undefined && { cause: row.cause }),
  ...(row.mapRun !== undefined && { mapRunArn: row.mapRun }),
  ...startedBy(row),
  redriveCount: row.redrives,
  ...(refusal === undefined
    ? { redriveStatus: 'REDRIVABLE' }
    : {
        redriveStatus: redrivenByMapRun(row) ? 'REDRIVABLE_BY_MAP_RUN' : 'NOT_REDRIVABLE',
        redriveStatusReason: refusal,
      }),
});

const listed = (row: ExecutionRow): JsonObject => ({
  executionArn: row.arn,
  stateMachineArn: row.machine,
  name: row.name,
  status: row.status,
  startDate: seconds(row.started),
  ...(row.stopped !== undefined && { stopDate: seconds(row.stopped) }),
  ...(row.mapRun !== undefined && { mapRunArn: row.mapRun }),
  ...(row.items !== undefined && { itemCount: row.items }),
  ...startedBy(row),
  redriveCount: row.redrives,
});

/** What StartSyncExecution answers. Billed like Lambda: by 100 ms and 64 MB. */
const answered = (row: ExecutionRow): JsonObject => {
  const stopped = row.stopped ?? row.started;
  return {
    ...{ executionArn: row.arn, stateMachineArn: row.machine, name: row.name, status: row.status },
    ...{
      startDate: seconds(row.started),
      stopDate: seconds(stopped),
      input: row.input,
      inputDetails: { included: true },
    },
    ...(row.output !== undefined && { output: row.output, outputDetails: { included: true } }),
    ...(row.status === 'TIMED_OUT' && { error: STATES.timeout }),
    ...(row.error !== undefined && { error: row.error }),
    ...(row.cause !== undefined && { cause: row.cause }),
    billingDetails: {
      billedMemoryUsedInMB: 64,
      billedDurationInMilliseconds: Math.max(100, Math.ceil((stopped - row.started) / 100) * 100),
    },
  };
};

const withoutData = (details: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(details).map(([member, value]) => [
      member,
      Object.fromEntries(Object.entries(value as JsonObject).filter(([key]) => !DATA.includes(key))),
    ]),
  );

/** Without execution data these go, and nothing else: what a task was called with stays, as in AWS. */
const DATA = ['input', 'inputDetails', 'output', 'outputDetails'];

/** Executions: start, describe, list, history, stop, redrive. */
export const executionOperations = ({ database, given, runner }: ApiParts): Readonly<Record<string, Operation>> => {
  const existing = (input: JsonObject): ExecutionRow => {
    const arn = arnOf(input, 'executionArn', 'execution');
    const row = readExecution(database, arn);
    if (!row) throw new WireError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    return row;
  };
  return {
    StartExecution: (input) => {
      const moment = given();
      const machineArn = arnOf(input, 'stateMachineArn', 'stateMachine');
      const name = stringOf(input, 'name') ?? uuid(moment.random);
      const { row } = startExecution(database, moment, { machineArn, name, input: stringOf(input, 'input') ?? '{}' });
      runner.take(row.arn);
      return { executionArn: row.arn, startDate: seconds(row.started) };
    },
    StartSyncExecution: (input) => {
      const moment = given();
      const machineArn = arnOf(input, 'stateMachineArn', 'stateMachine');
      const { machineArn: unversioned } = unqualified(machineArn);
      if (readMachine(database, unversioned)?.type === 'STANDARD') {
        throw new WireError(
          'StateMachineTypeNotSupported',
          `This operation is not supported by this type of state machine: '${machineArn}' is STANDARD`,
        );
      }
      const name = stringOf(input, 'name') ?? uuid(moment.random);
      const { row } = startExecution(database, moment, { machineArn, name, input: stringOf(input, 'input') ?? '{}' });
      const ended = new Promise<JsonObject>((resolve, reject) => {
        runner.onEnd(row.arn, (end) => (end ? resolve(answered(end)) : reject(new EngineStopped())));
      });
      runner.take(row.arn);
      return { later: ended };
    },
    DescribeExecution: (input) => {
      const row = existing(input);
      return described(row, redriveRefusal(row, given().now));
    },
    DescribeStateMachineForExecution: (input) => {
      const row = existing(input);
      const name = row.machine.split(':').at(-1) ?? row.machine;
      const current = readMachine(database, row.machine);
      const machine = {
        ...{
          arn: row.machine,
          name,
          definition: readDefinitionText(database, row.definition),
          role: row.role,
          type: 'STANDARD',
        },
        ...{
          revision: current?.revision ?? row.machine,
          created: row.started,
          updated: current?.updated ?? row.started,
        },
      };
      return {
        ...machineDetails(machine),
        updateDate: seconds(machine.updated),
        ...(row.mapRun !== undefined && { mapRunArn: row.mapRun }),
      };
    },
    ListExecutions: (input) => {
      const page = pageOf(input);
      const mapRun = stringOf(input, 'mapRunArn');
      const arn = mapRun === undefined ? arnOf(input, 'stateMachineArn', 'stateMachine') : mapRun;
      const { machineArn, qualifier } = unqualified(arn);
      if (mapRun === undefined && !readMachine(database, machineArn)) {
        throw new WireError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
      }
      const by = mapRun !== undefined ? { mapRun } : qualifier === undefined ? { machine: arn } : { qualified: arn };
      const rows = listExecutions(database, by, stringOf(input, 'statusFilter'), page.limit + 1, page.offset);
      const { shown, next } = paged(rows, page);
      return { executions: shown.map(listed), ...next };
    },
    GetExecutionHistory: (input) => {
      const row = existing(input);
      const page = pageOf(input);
      const events = readHistory(database, row.id, input.reverseOrder === true, page.limit + 1, page.offset);
      const { shown, next } = paged(events, page);
      return {
        events: shown.map(({ id, at, type, previous, details }) => ({
          ...{ timestamp: seconds(at), type, id, previousEventId: previous },
          ...(input.includeExecutionData === false ? withoutData(details) : details),
        })),
        ...next,
      };
    },
    RedriveExecution: (input) => {
      const row = existing(input);
      const moment = given();
      const refusal = redriveRefusal(row, moment.now);
      if (refusal !== undefined) throw new WireError('ExecutionNotRedrivable', refusal);
      redrive(database, moment.now, row);
      runner.take(row.arn);
      return { redriveDate: seconds(moment.now) };
    },
    StopExecution: async (input) => {
      const row = existing(input);
      const { now } = given();
      await runner.apply(row.arn, { kind: 'stop', error: stringOf(input, 'error'), cause: stringOf(input, 'cause') });
      return { stopDate: seconds(readExecution(database, required(input, 'executionArn'))?.stopped ?? now) };
    },
  };
};
