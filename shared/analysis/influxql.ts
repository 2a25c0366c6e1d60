import { z } from 'zod';
import { isHtml, jsonOf, printable, type StoreAnswer } from './ask-store.ts';
import { failure, NO_SERIES, nodata, type Sample } from './sample.ts';

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

/** The query for the newest point that a query reads; `undefined` where it is no single SELECT from a measurement. */
export const newestQuery = (query: string): string | undefined => {
  if ((query.match(/\bselect\b/gi) ?? []).length !== 1) return undefined;
  const [, from] = /^\s*select\s[^;]*?\sfrom\s+([^;]+?)\s*;?\s*$/is.exec(query) ?? [];
  if (from === undefined) return undefined;
  const tail = from.replace(/\s(group\s+by|order\s+by|limit|slimit|fill)\b.*$/is, '');
  return `SELECT * FROM ${tail} ORDER BY time DESC LIMIT 1`;
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
