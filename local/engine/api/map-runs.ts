import type { JsonObject } from '../json.ts';
import { readExecution } from '../sqlite/executions.ts';
import { countChildren, listMapRuns, readMapRun, type StoredMapRun } from '../sqlite/map-runs.ts';
import { WireError } from '../wire-error.ts';
import type { ApiParts, Operation } from './dispatch.ts';
import { arnOf, paged, pageOf, seconds } from './input.ts';

const times = (run: StoredMapRun): JsonObject => ({
  startDate: seconds(run.started),
  ...(run.stopped !== undefined && { stopDate: seconds(run.stopped) }),
});

const limit = (input: JsonObject, field: string, most: number): number | undefined => {
  const value = input[field];
  if (value === undefined) return undefined;
  if (typeof value === 'number' && value >= 0 && value <= most) return value;
  throw new WireError('ValidationException', `${field} must be a number from 0 to ${most}`);
};

/** Map Runs: list those of an execution, describe one with its counts, change the limits of one that runs. */
export const mapRunOperations = ({ database, runner }: ApiParts): Readonly<Record<string, Operation>> => ({
  ListMapRuns: (input) => {
    const arn = arnOf(input, 'executionArn', 'execution');
    const execution = readExecution(database, arn);
    if (!execution) throw new WireError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    const page = pageOf(input);
    const { shown, next } = paged(listMapRuns(database, arn, page.limit + 1, page.offset), page);
    return {
      mapRuns: shown.map((run) => ({
        executionArn: arn,
        mapRunArn: run.arn,
        stateMachineArn: run.machine,
        ...times(run),
      })),
      ...next,
    };
  },
  DescribeMapRun: (input) => {
    const arn = arnOf(input, 'mapRunArn', 'mapRun');
    const run = readMapRun(database, arn);
    if (!run) throw new WireError('ResourceNotFound', `Resource not found: '${arn}'`);
    const by = countChildren(database, arn);
    const counts = (unit: 'children' | 'items', total: number): JsonObject => {
      const of = (status: string) => by.get(status)?.[unit] ?? 0;
      const [running, succeeded, failed] = [of('RUNNING'), of('SUCCEEDED'), of('FAILED')];
      const [timedOut, aborted] = [of('TIMED_OUT'), of('ABORTED')];
      return {
        ...{
          pending: total - running - succeeded - failed - timedOut - aborted,
          running,
          succeeded,
          failed,
          timedOut,
          aborted,
        },
        ...{
          total,
          resultsWritten: run.status === 'SUCCEEDED' ? total : 0,
          failuresNotRedrivable: 0,
          pendingRedrive: 0,
        },
      };
    };
    return {
      mapRunArn: arn,
      executionArn: run.execution,
      status: run.status,
      ...times(run),
      maxConcurrency: run.concurrency,
      toleratedFailurePercentage: run.toleratedPercentage,
      toleratedFailureCount: run.toleratedCount,
      itemCounts: counts('items', run.totalItems),
      executionCounts: counts('children', run.totalChildren),
      redriveCount: run.redrives,
      ...(run.redriven !== undefined && { redriveDate: seconds(run.redriven) }),
    };
  },
  UpdateMapRun: async (input) => {
    const arn = arnOf(input, 'mapRunArn', 'mapRun');
    const run = readMapRun(database, arn);
    if (!run) throw new WireError('ResourceNotFound', `Resource not found: '${arn}'`);
    const concurrency = limit(input, 'maxConcurrency', 10_000);
    const toleratedCount = limit(input, 'toleratedFailureCount', 100_000_000);
    const toleratedPercentage = limit(input, 'toleratedFailurePercentage', 100);
    const limits = {
      ...(concurrency !== undefined && { concurrency }),
      ...(toleratedCount !== undefined && { toleratedCount }),
      ...(toleratedPercentage !== undefined && { toleratedPercentage }),
    };
    const taken = await runner.apply(run.execution, { kind: 'map-updated', frame: run.frame, run: arn, limits });
    if (!taken) throw new WireError('ValidationException', `Map Run '${arn}' has ended and can not be updated`);
    return {};
  },
});
