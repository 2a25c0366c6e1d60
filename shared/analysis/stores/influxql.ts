import { z } from 'zod';
import { failure, NO_SERIES, nodata, type Sample } from '../sample.ts';
import { isHtml, jsonOf, printable, type StoreAnswer } from './ask-store.ts';

const cell = z.union([z.number(), z.string(), z.boolean(), z.null()]);
const result = z.object({
  error: z.string().optional(),
  partial: z.boolean().optional(),
  messages: z.array(z.object({ text: z.string() })).optional(),
  series: z
    .array(
      z.object({
        columns: z.array(z.string()),
        values: z.array(z.array(cell)).default([]),
        partial: z.boolean().optional(),
      }),
    )
    .optional(),
});
const answer = z.union([z.object({ results: z.array(result) }), z.object({ error: z.string() })]);

type Series = NonNullable<z.output<typeof result>['series']>[number];

/**
 * One value from an answer of the 1.x query API (docs.influxdata.com/influxdb/v1/tools/api). An error comes with status 200 there, and
 * `x / 0` is 0: a quotient is never a value.
 */
export const readInfluxQl = (got: StoreAnswer, query: string, at: number): Sample => {
  if (/\)\s*\//.test(query))
    return nodata('InfluxQL says 0 for x / 0; ask for errors and requests, which are divided here');
  if (/\bfill\s*\(\s*(?!none|null)/i.test(query)) return nodata('fill() invents points that were never reported');
  const series = seriesOf(got);
  if ('kind' in series) return series;
  const [row, ...others] = series.values;
  if (row === undefined) return nodata(NO_SERIES);
  if (others.length > 0)
    return failure(`the query gives ${others.length + 1} rows, expected one; leave out GROUP BY time`);
  if (series.columns.length !== 2 || series.columns[0] !== 'time')
    return failure(`the query gives ${series.columns.length - 1} columns beside time, expected one`);
  const found = row[1];
  if (found === null || found === undefined) return nodata('null');
  return typeof found === 'number' ? { kind: 'value', value: found, at } : failure('the value is no number');
};

/** Seconds since the newest point, from the answer to `newestQuery`. */
export const readNewest = (got: StoreAnswer, at: number): Sample => {
  const series = seriesOf(got);
  if ('kind' in series) return series;
  const newest = series.values[0]?.[series.columns.indexOf('time')];
  return typeof newest === 'number' ? { kind: 'value', value: (at - newest) / 1_000, at } : nodata(NO_SERIES);
};

/**
 * The query for the newest point that a query reads, of queries in queries that of the innermost; `undefined` where it is no single SELECT
 * from a measurement.
 */
export const newestQuery = (query: string): string | undefined => {
  const inner = innerQuery(query);
  if (inner !== undefined) return newestQuery(inner);
  if ((query.match(/\bselect\b/gi) ?? []).length !== 1) return undefined;
  const [, from] = /^\s*select\s[^;]*?\sfrom\s+([^;]+?)\s*;?\s*$/is.exec(query) ?? [];
  if (from === undefined) return undefined;
  const tail = from.replace(/\s(group\s+by|order\s+by|limit|slimit|fill)\b.*$/is, '');
  return `SELECT * FROM ${tail} ORDER BY time DESC LIMIT 1`;
};

/** The only query in parentheses behind FROM, where nothing else is read from. */
const innerQuery = (query: string): string | undefined => {
  const [lead] = /^\s*select\s[^;]*?\sfrom\s*\(/is.exec(query) ?? [];
  if (lead === undefined) return undefined;
  let depth = 1;
  for (const { 0: token, index } of query.slice(lead.length).matchAll(/'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[()]/gs)) {
    depth += token === '(' ? 1 : token === ')' ? -1 : 0;
    if (depth > 0) continue;
    const rest = query.slice(lead.length + index + 1);
    return /^\s*,/.test(rest) ? undefined : query.slice(lead.length, lead.length + index);
  }
  return undefined;
};

/** The query for how many points a query reads: of each field, of which the most counts. `undefined` as for `newestQuery`. */
export const countQuery = (query: string): string | undefined =>
  newestQuery(query)
    ?.replace(/^SELECT \*/, 'SELECT count(*)')
    .replace(/ ORDER BY time DESC LIMIT 1$/, '');

/** Points of the field that has most, from the answer to `countQuery`. */
export const readCount = (got: StoreAnswer, at: number): Sample => {
  const series = seriesOf(got);
  if ('kind' in series) return series;
  const counts = (series.values[0] ?? []).slice(1).filter((count) => typeof count === 'number');
  return counts.length === 0 ? nodata(NO_SERIES) : { kind: 'value', value: Math.max(...counts), at };
};

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/** Milliseconds that a query of InfluxQL, Flux or SQL looks back from now; 0 where it does not say so in one of the usual ways. */
export const windowOf = (query: string): number => {
  const said =
    /\bnow\(\)\s*-\s*(?:interval\s*')?(\d+)\s*(ms|second|minute|hour|day|[smhdw])/i.exec(query) ??
    /\brange\s*\(\s*start:\s*-(\d+)(ms|[smhdw])/.exec(query);
  return said === null ? 0 : Number(said[1]) * (UNIT_MS[(said[2] ?? '').toLowerCase()] ?? 0);
};

const seriesOf = ({ status, text }: StoreAnswer): Series | Sample => {
  const parsed = answer.safeParse(jsonOf(text));
  if (!parsed.success)
    return failure(`status ${status} and no answer of the query API${isHtml(text) ? ' but a web page' : ''}`);
  if ('error' in parsed.data) return failure(`status ${status}: ${printable(parsed.data.error)}`);
  if (status !== 200) return failure(`status ${status} with an answer that has no error`);
  const [first, ...more] = parsed.data.results;
  if (first === undefined || more.length > 0) return failure(`${more.length + (first ? 1 : 0)} results, expected one`);
  if (first.error !== undefined) return failure(printable(first.error));
  const [message] = first.messages ?? [];
  if (message !== undefined) return nodata(`the store warns: ${printable(message.text)}`);
  const [series, ...others] = first.series ?? [];
  if (first.partial === true || series?.partial === true) return nodata('the answer is partial');
  if (series === undefined) return nodata(NO_SERIES);
  return others.length > 0 ? failure(`the query gives ${others.length + 1} series, expected one`) : series;
};
