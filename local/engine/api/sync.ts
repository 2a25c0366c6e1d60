import { unqualified } from '../arn.ts';
import { STATES } from '../failure.ts';
import type { JsonObject } from '../json.ts';
import { EngineStopped } from '../queue.ts';
import type { ExecutionRow } from '../sqlite/executions.ts';
import { readMachine } from '../sqlite/machines.ts';
import { startExecution } from '../starts.ts';
import { WireError } from '../wire-error.ts';
import type { ApiParts, Operation } from './dispatch.ts';
import { dataOf, startOf } from './executions.ts';
import { machineArnOf, seconds } from './input.ts';

/** What StartSyncExecution answers. Billed like Lambda: by 100 ms and 64 MB. */
const answered = (row: ExecutionRow, input: JsonObject): JsonObject => {
  const stopped = row.stopped ?? row.started;
  return {
    ...{ executionArn: row.arn, stateMachineArn: row.machine, name: row.name, status: row.status },
    ...{ startDate: seconds(row.started), stopDate: seconds(stopped) },
    ...(row.status === 'TIMED_OUT' && { error: STATES.timeout }),
    ...dataOf(row, input),
    ...(row.trace !== undefined && { traceHeader: row.trace }),
    billingDetails: {
      billedMemoryUsedInMB: 64,
      billedDurationInMilliseconds: Math.max(100, Math.ceil((stopped - row.started) / 100) * 100),
    },
  };
};

/** EXPRESS machines: started, and answered when the execution is over. */
export const syncOperations = ({ database, given, runner }: ApiParts): Readonly<Record<string, Operation>> => ({
  StartSyncExecution: (input) => {
    const moment = given();
    const machineArn = machineArnOf(input);
    if (readMachine(database, unqualified(machineArn).machineArn)?.type === 'STANDARD')
      throw new WireError(
        'StateMachineTypeNotSupported',
        'This operation is not supported by this type of state machine',
      );
    const started = startExecution(database, moment, startOf(input, moment, machineArn));
    if (!('fresh' in started)) throw new Error('StartSyncExecution: an EXPRESS execution ran before it was started');
    const { fresh } = started;
    const ended = new Promise<JsonObject>((resolve, reject) => {
      runner.onEnd(fresh.row.arn, (end) => (end ? resolve(answered(end, input)) : reject(new EngineStopped())));
    });
    runner.begin(fresh);
    return { later: ended };
  },
});
