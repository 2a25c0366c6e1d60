import { z } from 'zod';
import type { Http } from '../outside/http.ts';
import type { Outside } from '../outside/outside.ts';
import type { MetricSource } from '../rollout/gate.ts';
import { readCapped } from './read-capped.ts';
import { failure, NO_SERIES, nodata, type Sample } from './sample.ts';

/** A store's answer to a query that gives one value is far below this. */
const MOST_BYTES = 1_048_576;
/** What a query may take, also told to the store. */
const TIMEOUT_MS = 30_000;

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
 * (prometheus.io/docs/prometheus/latest/querying/api). Never rejects but when `signal` aborts. A bearer token is read for each
 * question and sent over TLS only.
 */
export const sampleOf = async (
  source: MetricSource,
  query: string,
  at: number,
  outside: Pick<Outside, 'http' | 'secrets' | 'clock'>,
  signal: AbortSignal,
): Promise<Sample> => {
  const late = new AbortController();
  const cancel = outside.clock.after(TIMEOUT_MS, () => late.abort());
  try {
    const url = `${source.prometheus.replace(/\/+$/, '')}/api/v1/query`;
    const authorization = await authorizationOf(source, outside);
    const response = await outside.http(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json', ...authorization },
      body: new URLSearchParams({ query, time: (at / 1000).toFixed(3), timeout: `${TIMEOUT_MS / 1000}s` }).toString(),
      allow: source.allow,
      signal: AbortSignal.any([signal, late.signal]),
    });
    return await readSample(response, at);
  } catch (error) {
    signal.throwIfAborted();
    if (late.signal.aborted) return failure(`no answer within ${TIMEOUT_MS / 1000} s`);
    return failure(error instanceof Error ? error.message : String(error));
  } finally {
    cancel();
  }
};

const authorizationOf = async (
  { tokenSecret, prometheus }: MetricSource,
  { secrets }: Pick<Outside, 'secrets'>,
): Promise<Readonly<Record<string, string>>> => {
  if (tokenSecret === undefined) return {};
  if (!prometheus.startsWith('https:')) throw new Error('a token is only sent over https; change the URL of the store');
  return { authorization: `Bearer ${(await secrets.get(tokenSecret)).reveal()}` };
};

const readSample = async (response: Awaited<ReturnType<Http>>, at: number): Promise<Sample> => {
  const text = await readCapped(response, MOST_BYTES);
  if (text === undefined) return failure(`the answer has more than ${MOST_BYTES} bytes`);
  const parsed = answer.safeParse(jsonOf(text));
  const { status } = response;
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

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const isHtml = (text: string): boolean => /^\s*<(!doctype|html)/i.test(text);

/** What a store says, fit for a sentence. */
const printable = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ').slice(0, 300);
