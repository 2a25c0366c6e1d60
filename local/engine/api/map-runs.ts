import type { JsonObject } from '../json.ts';
import { readExecution } from '../sqlite/executions.ts';
import { countChildren, listMapRuns, readMapRun, type StoredMapRun } from '../sqlite/map-runs.ts';
import { WireError } from '../wire-error.ts';
import type { ApiParts, Operation } from './dispatch.ts';
import { arnOf, seconds } from './input.ts';
import { NEWEST, paged, pageOf } from './page.ts';

const times = (run: StoredMapRun): JsonObject => ({
  startDate: seconds(run.started),
  ...(run.stopped !== undefined && { stopDate: seconds(run.stopped) }),
});

const limit = (input: JsonObject, field: string): number | undefined => {
  const value = input[field];
  return typeof value === 'number' ? value : undefined;
};

/** A Map Run without a limit of its own has the greatest number there is. */
const UNBOUNDED = 2_147_483_647;

const notFound = (arn: string): WireError =>
  new WireError('ResourceNotFound', `Resource not found: '${arn}'`, { resourceName: arn });

/** Map Runs: list those of an execution, describe one with its counts, change the limits of one that runs. */
export const mapRunOperations = ({ database, given, runner }: ApiParts): Readonly<Record<string, Operation>> => ({
  ListMapRuns: (input) => {
    const arn = arnOf(input, 'executionArn', 'execution');
    const execution = readExecution(database, arn);
    if (!execution) throw new WireError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    const page = pageOf(input, given().now, NEWEST);
    const rows = listMapRuns(database, arn, page.limit + 1, page.after);
    const { shown, next } = paged(rows, page, ({ id }) => id);
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
    if (!run) throw notFound(arn);
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
          resultsWritten: run.status === 'RUNNING' ? 0 : succeeded + failed + timedOut + aborted,
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
      maxConcurrency: run.concurrency === 0 ? UNBOUNDED : run.concurrency,
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
    if (!run) throw notFound(arn);
    const concurrency = limit(input, 'maxConcurrency');
    const toleratedCount = limit(input, 'toleratedFailureCount');
    const toleratedPercentage = limit(input, 'toleratedFailurePercentage');
    const limits = {
      ...(concurrency !== undefined && { concurrency }),
      ...(toleratedCount !== undefined && { toleratedCount }),
      ...(toleratedPercentage !== undefined && { toleratedPercentage }),
    };
    if (Object.keys(limits).length === 0)
      throw new WireError('ValidationException', 'One of maxConcurrency and the tolerated failures must be specified', {
        reason: 'MISSING_REQUIRED_PARAMETER',
      });
    const taken = await runner.apply(run.execution, { kind: 'map-updated', frame: run.frame, run: arn, limits });
    if (!taken)
      throw new WireError('ValidationException', `Map Run '${arn}' has ended and can not be updated`, {
        reason: 'CANNOT_UPDATE_COMPLETED_MAP_RUN',
      });
    return {};
  },
});
