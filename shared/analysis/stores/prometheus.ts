import { z } from 'zod';
import type { MetricAccess, PrometheusStore } from '../../rollout/metric-source.ts';
import type { Age } from '../assess-metric.ts';
import { failure, NO_SERIES, nodata, type Sample } from '../sample.ts';
import {
  askStore,
  fetchStore,
  isHtml,
  JSON_TYPE,
  jsonOf,
  printable,
  type StoreAnswer,
  type StoreQuestion,
  TIMEOUT_MS,
} from './ask-store.ts';
import { identityHeaders } from './prometheus-identity.ts';
import { longestRange, type Selector, selectorsOf } from './promql.ts';
import type { Reading, Series, StoreOutside, StoreReader } from './reading.ts';
import type { StoreTools } from './store-tools.ts';

const point = z.tuple([z.number(), z.string()]);
const answer = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('success'),
    warnings: z.array(z.string()).nullish(),
    infos: z.array(z.string()).nullish(),
    /** VictoriaMetrics: one of its nodes did not answer. */
    isPartial: z.boolean().optional(),
    data: z.discriminatedUnion('resultType', [
      z.object({ resultType: z.literal('scalar'), result: point }),
      z.object({ resultType: z.literal('vector'), result: z.array(z.object({ value: point.optional() })) }),
      z.object({
        resultType: z.literal('matrix'),
        result: z.array(z.object({ values: z.array(point).optional() })),
      }),
      z.object({ resultType: z.literal('string') }),
    ]),
  }),
  z.object({ status: z.literal('error'), errorType: z.string().default(''), error: z.string().default('') }),
]);

/** A store of the Prometheus family. */
export type PrometheusSource = PrometheusStore & MetricAccess;

/** Asks one query at the instant of the measurement. */
type Ask = (query: string) => Promise<Sample>;

/**
 * Reads a store of the Prometheus family. Everything is asked for one instant, so that two counts and the age of their points belong
 * together.
 */
export const prometheusReader = (
  source: PrometheusSource,
  outside: StoreOutside,
  tools: StoreTools,
  signal: AbortSignal,
  at: number = outside.clock.now(),
): StoreReader => {
  const ask: Ask = (query) => sampleOf(source, query, at, outside, tools, signal);
  return {
    language: 'promql',
    read: async (queries) => {
      const window = { from: at - Math.max(...queries.map(longestRange)), to: at };
      // Of two counts only the requests must have young points: a healthy service often has no series of errors.
      const judged = queries.length - 1;
      const readings = await Promise.all(
        queries.map(async (query, index): Promise<Reading> => {
          const selectors = selectorsOf(query);
          const [sample, ages, points] = await Promise.all([
            ask(query),
            index === judged ? agesOf(selectors, ask) : [],
            queries.length === 1 ? pointsOf(selectors, ask) : undefined,
          ]);
          return { sample, ages, ...(points === undefined ? {} : { points }) };
        }),
      );
      return { readings, window };
    },
    hasNoErrors: (errors, requests) => areReported(selectorsOf(errors), selectorsOf(requests), ask),
    asOf: (moment) => prometheusReader(source, outside, tools, signal, moment),
    series: async (query, { from, to, stepMs }) => {
      const over = { start: seconds(from), end: seconds(to), step: seconds(stepMs) };
      const question = questionOf(source, 'query_range', { query, ...over }, tools, signal);
      const found = await fetchStore(source, question, outside, signal);
      return 'failed' in found ? { missing: failure(found.failed) } : readSeries(found);
    },
  };
};

/**
 * Asks for one value at one instant by the query API that Prometheus, VictoriaMetrics, Thanos, Mimir and the managed services share
 * (prometheus.io/docs/prometheus/latest/querying/api). Never rejects but when `signal` aborts.
 */
export const sampleOf = (
  source: PrometheusSource,
  query: string,
  at: number,
  outside: StoreOutside,
  tools: Pick<StoreTools, 'googleToken' | 'azureToken'>,
  signal: AbortSignal,
): Promise<Sample> => {
  const question = questionOf(source, 'query', { query, time: seconds(at) }, tools, signal);
  return askStore(source, question, (response) => readSample(response, at), outside, signal);
};

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

const questionOf = (
  source: PrometheusSource,
  api: 'query' | 'query_range',
  parameters: Readonly<Record<string, string>>,
  tools: Pick<StoreTools, 'googleToken' | 'azureToken'>,
  signal: AbortSignal,
): StoreQuestion => {
  const form = new URLSearchParams({ ...parameters, timeout: `${TIMEOUT_MS / 1000}s` });
  // VictoriaMetrics keeps answers; those that do not know the word do not mind it, but for Google's.
  if (source.identity === undefined) form.append('nocache', '1');
  return {
    url: `${source.prometheus.replace(/\/+$/, '')}/api/v1/${api}`,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
      ...tenantHeaders(source.tenant),
    },
    body: form.toString(),
    expects: JSON_TYPE,
    secretHeaders: identityHeaders(source, tools, signal),
  };
};

/** The names by which Mimir and Thanos are told whose data is meant. */
export const tenantHeaders = (tenant: string | undefined): Readonly<Record<string, string>> =>
  tenant === undefined ? {} : { 'x-scope-orgid': tenant, 'thanos-tenant': tenant };

/**
 * A service without a single error often has no series of errors: that counts as 0 where the metric the errors are counted by is there
 * at all, so that a misspelt name never reads as no errors.
 */
const areReported = async (errors: readonly Selector[], requests: readonly Selector[], ask: Ask): Promise<boolean> => {
  const known = new Set(requests.map(({ name }) => name));
  for (const { name } of errors) {
    if (name === undefined) return false;
    if (known.has(name)) continue;
    const series = await ask(`count(${name})`);
    if (series.kind !== 'value' || !(series.value > 0)) return false;
  }
  return errors.length > 0;
};

/** How old the newest point of each selector is. A point older than the store looks back (Prometheus: 5 min) is no data. */
const agesOf = (selectors: readonly Selector[], ask: Ask): Promise<readonly Age[]> =>
  Promise.all(
    selectors.map(async ({ text }) => ({ selector: text, seconds: await ask(`time() - max(timestamp(${text}))`) })),
  );

/** Of selectors with a range the points in it, of those without the series. */
const pointsOf = async (selectors: readonly Selector[], ask: Ask): Promise<number | undefined> => {
  const counts = await Promise.all(
    selectors.map(({ text, range }) =>
      ask(range === undefined ? `count(${text})` : `sum(count_over_time(${text}[${range}]))`),
    ),
  );
  const known = counts.flatMap((count) =>
    count.kind === 'value' && Number.isInteger(count.value) ? [count.value] : [],
  );
  return known.length < counts.length ? undefined : known.reduce((sum, count) => sum + count, 0);
};

/** The data of an answer that is whole and came without a warning; else what is wrong with it. */
const dataOf = ({
  status,
  text,
}: StoreAnswer): AnswerData | { readonly missing: ReturnType<typeof nodata | typeof failure> } => {
  const parsed = answer.safeParse(jsonOf(text));
  if (!parsed.success) {
    const page = isHtml(text) ? ' but a web page' : '';
    return { missing: failure(`status ${status} and no answer of the query API${page}`) };
  }
  if (parsed.data.status === 'error') {
    const { errorType, error } = parsed.data;
    return { missing: failure(`status ${status}, ${printable(errorType)}: ${printable(error)}`) };
  }
  if (status !== 200) return { missing: failure(`status ${status} with an answer that says success`) };
  const { data, warnings, infos, isPartial } = parsed.data;
  const [warning] = [...(warnings ?? []), ...(infos ?? []), ...(isPartial === true ? ['the answer is partial'] : [])];
  return warning === undefined ? data : { missing: nodata(`the store warns: ${printable(warning)}`) };
};

type AnswerData = Extract<z.output<typeof answer>, { status: 'success' }>['data'];

const readSample = (response: StoreAnswer, at: number): Sample => {
  const data = dataOf(response);
  if ('missing' in data) return data.missing;
  if (data.resultType === 'scalar') return numberOf(data.result[1], at);
  if (data.resultType !== 'vector') return failure(`the query gives a ${data.resultType}, expected one value`);
  const [series, ...others] = data.result;
  if (series === undefined) return nodata(NO_SERIES);
  if (others.length > 0) return tooMany(others.length + 1);
  return series.value === undefined
    ? failure('the query gives a histogram, expected a number')
    : numberOf(series.value[1], at);
};

const tooMany = (count: number): Sample & { readonly kind: 'error' } =>
  failure(`the query gives ${count} series, expected one; aggregate them, as with sum()`);

/** One series over a stretch of time. A point that is no number is none; an infinite one makes what is compared say so. */
const readSeries = (response: StoreAnswer): Series => {
  const data = dataOf(response);
  if ('missing' in data) return data;
  if (data.resultType !== 'matrix')
    return { missing: failure(`the query gives a ${data.resultType}, expected a range`) };
  const [series, ...others] = data.result;
  if (others.length > 0) return { missing: tooMany(others.length + 1) };
  const samples = (series?.values ?? []).map(([at, written]) => numberOf(written, at * 1000));
  const broken = samples.find((sample) => sample.kind === 'error');
  if (broken !== undefined) return { missing: broken };
  const points = samples.flatMap((sample) => (sample.kind === 'value' ? [{ at: sample.at, value: sample.value }] : []));
  return points.length === 0 ? { missing: nodata(NO_SERIES) } : { points };
};

/** Numbers are text on the wire, because JSON has no NaN and no Infinity. */
const numberOf = (written: string, at: number): Sample => {
  if (written === 'NaN') return nodata('NaN');
  if (/^[+-]?Inf$/.test(written)) return { kind: 'value', value: written.startsWith('-') ? -Infinity : Infinity, at };
  const value = Number(written);
  const isNumber = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(written) && Number.isFinite(value);
  return isNumber ? { kind: 'value', value, at } : failure(`${printable(JSON.stringify(written))} is no number`);
};
