import { z } from 'zod';
import type { MetricSource } from '../rollout/gate.ts';
import { askStore, isHtml, jsonOf, printable, type StoreAnswer, type StoreOutside, TIMEOUT_MS } from './ask-store.ts';
import { failure, NO_SERIES, nodata, type Sample } from './sample.ts';

const point = z.tuple([z.number(), z.string()]);
const answer = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('success'),
    warnings: z.array(z.string()).optional(),
    infos: z.array(z.string()).optional(),
    data: z.discriminatedUnion('resultType', [
      z.object({ resultType: z.literal('scalar'), result: point }),
      z.object({ resultType: z.literal('vector'), result: z.array(z.object({ value: point.optional() })) }),
      z.object({ resultType: z.enum(['matrix', 'string']) }),
    ]),
  }),
  z.object({ status: z.literal('error'), errorType: z.string().default(''), error: z.string().default('') }),
]);

/**
 * Asks for one value at one instant by the query API that Prometheus, VictoriaMetrics and the managed services share
 * (prometheus.io/docs/prometheus/latest/querying/api). Never rejects but when `signal` aborts.
 */
export const sampleOf = (
  source: PrometheusSource,
  query: string,
  at: number,
  outside: StoreOutside,
  signal: AbortSignal,
): Promise<Sample> =>
  askStore(
    source,
    {
      url: `${source.prometheus.replace(/\/+$/, '')}/api/v1/query`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams({ query, time: (at / 1000).toFixed(3), timeout: `${TIMEOUT_MS / 1000}s` }).toString(),
      scheme: 'Bearer',
    },
    (response) => readSample(response, at),
    outside,
    signal,
  );

/** A store of the Prometheus family. */
export type PrometheusSource = Extract<MetricSource, { readonly prometheus: string }>;

const readSample = ({ status, text }: StoreAnswer, at: number): Sample => {
  const parsed = answer.safeParse(jsonOf(text));
  if (!parsed.success)
    return failure(`status ${status} and no answer of the query API${isHtml(text) ? ' but a web page' : ''}`);
  if (parsed.data.status === 'error') {
    const { errorType, error } = parsed.data;
    return failure(`status ${status}, ${errorType}: ${printable(error)}`);
  }
  if (status !== 200) return failure(`status ${status} with an answer that says success`);
  const { data, warnings = [], infos = [] } = parsed.data;
  const [warning] = [...warnings, ...infos];
  if (warning !== undefined) return nodata(`the store warns: ${printable(warning)}`);
  if (data.resultType === 'scalar') return numberOf(data.result[1], at);
  if (data.resultType !== 'vector') return failure(`the query gives a ${data.resultType}, expected one value`);
  const [series, ...others] = data.result;
  if (series === undefined) return nodata(NO_SERIES);
  if (others.length > 0)
    return failure(`the query gives ${others.length + 1} series, expected one; aggregate them, as with sum()`);
  return series.value === undefined
    ? failure('the query gives a histogram, expected a number')
    : numberOf(series.value[1], at);
};

/** Numbers are text on the wire, because JSON has no NaN and no Infinity. */
const numberOf = (written: string, at: number): Sample => {
  if (written === 'NaN') return nodata('NaN');
  if (/^[+-]?Inf$/.test(written)) return { kind: 'value', value: written.startsWith('-') ? -Infinity : Infinity, at };
  const value = Number(written);
  const isNumber = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(written) && Number.isFinite(value);
  return isNumber ? { kind: 'value', value, at } : failure(`${printable(JSON.stringify(written))} is no number`);
};
