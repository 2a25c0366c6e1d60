import { uuid } from '../given.ts';
import type { JsonObject } from '../json.ts';
import { redrive, redriveRefusal } from '../redrive.ts';
import { type ExecutionRow, listExecutions, readExecution, readHistory } from '../sqlite/executions.ts';
import { readDefinition, readMachine } from '../sqlite/machines.ts';
import { startExecution } from '../starts.ts';
import { WireError } from '../wire-error.ts';
import type { ApiParts, Operation } from './dispatch.ts';
import { arnOf, paged, pageOf, required, seconds, stringOf } from './input.ts';
import { machineDetails } from './machines.ts';

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
  redriveCount: row.redrives,
  ...(refusal === undefined
    ? { redriveStatus: 'REDRIVABLE' }
    : { redriveStatus: 'NOT_REDRIVABLE', redriveStatusReason: refusal }),
});

const listed = (row: ExecutionRow): JsonObject => ({
  executionArn: row.arn,
  stateMachineArn: row.machine,
  name: row.name,
  status: row.status,
  startDate: seconds(row.started),
  ...(row.stopped !== undefined && { stopDate: seconds(row.stopped) }),
  ...(row.mapRun !== undefined && { mapRunArn: row.mapRun }),
  ...(row.item !== undefined && { itemCount: 1 }),
  redriveCount: row.redrives,
});

const withoutData = (details: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(details).map(([member, value]) => [
      member,
      Object.fromEntries(Object.entries(value as JsonObject).filter(([key]) => !DATA.includes(key))),
    ]),
  );

const DATA = ['input', 'output', 'parameters', 'assignedVariables'];

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
          definition: readDefinition(database, row.definition),
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
      const by = mapRun === undefined ? { machine: arnOf(input, 'stateMachineArn', 'stateMachine') } : { mapRun };
      if ('machine' in by && !readMachine(database, by.machine)) {
        throw new WireError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${by.machine}'`);
      }
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
      redrive(database, moment, row);
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
