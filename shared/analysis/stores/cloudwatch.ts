import {
  CloudWatchClient,
  GetMetricDataCommand,
  type MessageData,
  type MetricDataQuery,
  type MetricDataResult,
} from '@aws-sdk/client-cloudwatch';
import { awsClientSettings } from '../../outside/aws-client-settings.ts';
import type { Http } from '../../outside/http.ts';
import type { CloudWatchStore, MetricAccess } from '../../rollout/metric-source.ts';
import { failure, NO_SERIES, nodata, type Sample, valueSample } from '../sample.ts';
import { printable } from './ask-store.ts';
import { CloudWatchQueryUnreadable, cloudwatchQueries } from './cloudwatch-query.ts';
import { limited } from './limited-http.ts';
import { type Reading, type StoreOutside, type StoreReader, unread } from './reading.ts';
import type { StoreTools } from './store-tools.ts';

export type CloudWatchSource = CloudWatchStore & MetricAccess;

/** Metrics arrive late: most are whole after this long (docs.aws.amazon.com, "CloudWatch concepts"; load balancers take 1 to 3 minutes). */
const INGEST_LAG_MS = 180_000;
/** Counts over more than this are added up from periods of this length; they are kept for 63 days. */
const LONGEST_PERIOD_MS = 300_000;
/** An answer to a query that gives one value has one page; whoever gets more of them asks for something else. */
const MOST_PAGES = 10;

/**
 * Reads CloudWatch (GetMetricData). A query is asked for one period as long as the window, that ended at least three minutes ago, so
 * that it is closed; two counts are asked for at once, and over a long window added up from periods of five minutes, since one as long could
 * have ended half of its length ago. The age of a value is counted from the end of its period.
 */
export const cloudwatchReader = (
  source: CloudWatchSource,
  windowMs: number,
  outside: StoreOutside,
  tools: Pick<StoreTools, 'awsIdentity'>,
  signal: AbortSignal,
  moment?: number,
): StoreReader => ({
  language: 'plain',
  asOf: (other) => cloudwatchReader(source, windowMs, outside, tools, signal, other),
  read: async (queries) => {
    const clock = outside.clock.now();
    const now = Math.min(moment ?? clock, clock);
    const isSum = queries.length === 2 && windowMs > LONGEST_PERIOD_MS;
    const periods = isSum ? Math.ceil(windowMs / LONGEST_PERIOD_MS) : 1;
    const period = isSum ? LONGEST_PERIOD_MS / 1_000 : Math.max(60, Math.ceil(windowMs / 60_000) * 60);
    // What is long past has arrived; of another moment only what the lag of now still covers is left out.
    const closed = Math.min(moment ?? Infinity, clock - INGEST_LAG_MS);
    const to = Math.floor(closed / (period * 1_000)) * period * 1_000;
    const window = { from: to - periods * period * 1_000, to };
    try {
      const asked = queries.flatMap((query, index) => cloudwatchQueries(query, `q${index}`, period));
      const client = await openCloudWatch(source, outside, tools, signal);
      const results = await allResults(client, asked, window, outside, signal);
      const readings = queries.map((_, index) => readResult(results, `q${index}`, now, period, periods));
      return { readings, window };
    } catch (error) {
      signal.throwIfAborted();
      const reason = error instanceof CloudWatchQueryUnreadable ? error.message : cloudwatchFailure(error);
      return { readings: queries.map((query) => unread(failure(reason), query)), window };
    }
  },
});

/** The real client, over the one egress client, as whoever the source names. Rejects where that identity can not be had. */
export const openCloudWatch = async (
  source: CloudWatchSource,
  outside: StoreOutside,
  tools: Pick<StoreTools, 'awsIdentity'>,
  signal: AbortSignal,
): Promise<CloudWatchClient> => {
  const { cloudwatch: region, role, externalId, endpoint } = source;
  const account = {
    region,
    ...(role === undefined ? {} : { role }),
    ...(externalId === undefined ? {} : { externalId }),
  };
  const identity = await tools.awsIdentity(account, signal);
  const http: Http = limited(outside.http, source.allow);
  const settings = awsClientSettings(http, identity, region);
  return new CloudWatchClient({ ...settings, ...(endpoint === undefined ? {} : { endpoint }) });
};

/** What the SDK says of a failure: the name of the error and AWS' own message, or why there was no answer. */
export const cloudwatchFailure = (error: unknown): string => {
  if (!(error instanceof Error)) return printable(String(error));
  const status = '$metadata' in error ? (error.$metadata as { httpStatusCode?: number }).httpStatusCode : undefined;
  return printable(`${status === undefined ? '' : `status ${status}, `}${error.name}: ${error.message}`);
};

interface Results {
  readonly MetricDataResults: MetricDataResult[];
  readonly Messages: MessageData[];
}

/** Every page of an answer; a result that is continued on another page is one. */
const allResults = async (
  client: CloudWatchClient,
  MetricDataQueries: MetricDataQuery[],
  { from, to }: { readonly from: number; readonly to: number },
  { clock }: Pick<StoreOutside, 'clock'>,
  signal: AbortSignal,
): Promise<Results> => {
  const late = new AbortController();
  const cancel = clock.after(30_000, () => late.abort(new Error('no whole answer within 30 s')));
  const all: Results = { MetricDataResults: [], Messages: [] };
  try {
    let NextToken: string | undefined;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const answer = await client.send(
        new GetMetricDataCommand({
          MetricDataQueries,
          StartTime: new Date(from),
          EndTime: new Date(to),
          ScanBy: 'TimestampDescending',
          ...(NextToken === undefined ? {} : { NextToken }),
        }),
        { abortSignal: AbortSignal.any([signal, late.signal]) },
      );
      all.MetricDataResults.push(...(answer.MetricDataResults ?? []));
      all.Messages.push(...(answer.Messages ?? []));
      NextToken = answer.NextToken;
      if (NextToken === undefined) return all;
    }
    throw new Error(`the answer has more than ${MOST_PAGES} pages`);
  } catch (error) {
    throw late.signal.aborted ? late.signal.reason : error;
  } finally {
    cancel();
  }
};

const readResult = (
  { MetricDataResults, Messages }: Results,
  id: string,
  now: number,
  period: number,
  periods: number,
): Reading => {
  const found = MetricDataResults.filter((result) => result.Id === id);
  const said = [...Messages, ...found.flatMap((result) => result.Messages ?? [])].map(
    ({ Code, Value }) => `${Code ?? ''} ${Value ?? ''}`,
  );
  const statuses = new Set(found.map(({ StatusCode }) => StatusCode));
  const labels = new Set(found.map(({ Label }) => Label));
  const points = found.flatMap(({ Values = [], Timestamps = [] }) =>
    Values.map((value, index) => ({ value, from: Timestamps[index]?.getTime() })),
  );
  const bad = ((): Exclude<Sample, { kind: 'value' }> | undefined => {
    if (found.length === 0) return failure('the answer has no result for the query');
    if (statuses.has('Forbidden')) return failure('the answer is Forbidden: the identity may not read that metric');
    if (statuses.has('InternalError')) return failure(`the store failed: ${printable(said[0] ?? 'InternalError')}`);
    if (labels.size > 1) return failure(`the query gives ${labels.size} series, expected one; aggregate them`);
    if (said[0] !== undefined) return nodata(`the store warns: ${printable(said[0])}`);
    // What is partial on one page may be whole with the next: the last one tells.
    const last = found.at(-1)?.StatusCode;
    if (last === 'PartialData') return nodata('the answer is partial');
    if (last !== 'Complete') return failure(`status ${last ?? 'none'}`);
    if (points.length === 0) return nodata(NO_SERIES);
    // Not by its types, yet a number that is none in JSON comes as one.
    if (points.some(({ value }) => typeof value !== 'number')) return nodata('null');
    if (points.length > periods)
      return failure(`the query gives ${points.length} values, expected one; leave Period out`);
    return undefined;
  })();
  if (bad !== undefined) return unread(bad, 'the answer');
  const from = points.some((point) => point.from === undefined)
    ? undefined
    : Math.max(...points.map((point) => point.from ?? 0));
  const value = points.reduce((sum, point) => sum + point.value, 0);
  const seconds: Sample =
    from === undefined ? nodata('the value has no time') : valueSample((now - from) / 1_000 - period, now);
  return { sample: valueSample(value, now), ages: [{ selector: 'the answer', seconds }], points: points.length };
};
