import { z } from 'zod';
import type { DatadogStore, MetricAccess } from '../../rollout/metric-source.ts';
import { failure, NO_SERIES, nodata, type Sample, valueSample } from '../sample.ts';
import { fetchStore, JSON_TYPE, jsonOf, printable, type StoreAnswer } from './ask-store.ts';
import { type Reading, type StoreOutside, type StoreReader, unread } from './reading.ts';

export type DatadogSource = DatadogStore & MetricAccess;

const answer = z.object({
  status: z.string(),
  error: z.string().nullish(),
  message: z.string().nullish(),
  series: z.array(z.object({ pointlist: z.array(z.tuple([z.number(), z.union([z.number(), z.null()])])) })).optional(),
});
const refusal = z.object({ errors: z.array(z.string()) });

/**
 * Reads Datadog by its v1 query API (docs.datadoghq.com/api/latest/metrics, "Query timeseries points"), over the window that ends now, or at another moment.
 * Of one value the newest point counts; of errors and requests, which must be asked for as counts, the sum of all points does.
 */
export const datadogReader = (
  source: DatadogSource,
  windowMs: number,
  outside: StoreOutside,
  signal: AbortSignal,
  moment?: number,
): StoreReader => ({
  language: 'plain',
  asOf: (other) => datadogReader(source, windowMs, outside, signal, other),
  read: async (queries) => {
    const now = moment ?? outside.clock.now();
    const window = { from: now - windowMs, to: now };
    const reduce = queries.length === 1 ? 'newest' : 'sum';
    const readings = await Promise.all(
      queries.map(async (query) => {
        if (reduce === 'sum' && !/\.as_count\(\)|\.rollup\(\s*sum\b/.test(query))
          return unread(failure('errors and requests are added up; end the query with .as_count()'), query);
        const found = await fetchStore(source, questionOf(source, query, window, outside), outside, signal);
        return 'failed' in found ? unread(failure(found.failed), query) : readSeries(found, reduce, now);
      }),
    );
    return { readings, window };
  },
});

const questionOf = (
  source: DatadogSource,
  query: string,
  { from, to }: { readonly from: number; readonly to: number },
  { secrets }: Pick<StoreOutside, 'secrets'>,
) => {
  const base = /^https?:\/\//.test(source.datadog)
    ? source.datadog.replace(/\/+$/, '')
    : `https://api.${source.datadog}`;
  const seconds = (at: number): string => String(Math.floor(at / 1_000));
  const parameters = new URLSearchParams({ from: seconds(from), to: seconds(to), query });
  const key = (name: string | undefined) => async () => {
    if (name === undefined) throw new Error('datadog wants an API key and an application key; name both secrets');
    return (await secrets.get(name)).reveal();
  };
  return {
    url: `${base}/api/v1/query?${parameters}`,
    method: 'GET' as const,
    headers: { accept: 'application/json' },
    secretHeaders: {
      'dd-api-key': key(source.tokenSecret),
      'dd-application-key': key(source.appKeySecret),
    },
    scheme: 'none' as const,
    expects: JSON_TYPE,
  };
};

const readSeries = ({ status, text, headers }: StoreAnswer, reduce: 'newest' | 'sum', now: number): Reading => {
  const bad = (sample: Exclude<Sample, { kind: 'value' }>): Reading => unread(sample, 'the answer');
  const document = jsonOf(text);
  if (status === 429) return bad(failure(rateLimited(headers)));
  const refused = refusal.safeParse(document);
  if (refused.success) return bad(failure(`status ${status}: ${printable(refused.data.errors.join(', '))}`));
  const parsed = answer.safeParse(document);
  if (!parsed.success) return bad(failure(`status ${status} and no answer of the query API`));
  const { error, message, series = [], status: said } = parsed.data;
  if (status !== 200 || said !== 'ok' || error)
    return bad(failure(`status ${status}, ${printable(said)}: ${printable(error ?? message ?? '')}`));
  if (message) return bad(nodata(`the store warns: ${printable(message)}`));
  const [only, ...others] = series;
  if (only === undefined) return bad(nodata(NO_SERIES));
  if (others.length > 0) return bad(failure(`the query gives ${others.length + 1} series, expected one`));
  const points = only.pointlist.flatMap(([at, value]) => (value === null ? [] : [{ at, value }]));
  const newest = points.reduce<(typeof points)[number] | undefined>(
    (latest, each) => (latest === undefined || each.at > latest.at ? each : latest),
    undefined,
  );
  if (newest === undefined) return bad(nodata(only.pointlist.length === 0 ? NO_SERIES : 'null'));
  const value = reduce === 'newest' ? newest.value : points.reduce((sum, each) => sum + each.value, 0);
  const seconds = valueSample((now - newest.at) / 1_000, now);
  return { sample: valueSample(value, now), ages: [{ selector: 'the answer', seconds }], points: points.length };
};

/** When asking is possible again (docs.datadoghq.com/api/latest/rate-limits). */
const rateLimited = (headers: Headers): string => {
  const said = (name: string): string => printable(headers.get(`x-ratelimit-${name}`) ?? '?');
  return `status 429: the rate limit of ${said('limit')} in ${said('period')} s is used up; ask again in ${said('reset')} s`;
};
