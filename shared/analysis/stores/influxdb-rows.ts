import { z } from 'zod';
import { failure, NO_SERIES, nodata, type Sample } from '../sample.ts';
import { isHtml, jsonOf, printable, type StoreAnswer } from './ask-store.ts';

/** A value and the age of the point it comes from, in seconds, and of how many points it is made where a column `points` says so. */
export interface Rows {
  readonly sample: Sample;
  readonly age: Sample;
  readonly points?: number;
}

const both = (sample: Sample): Rows => ({ sample, age: sample });

/**
 * One value from the annotated CSV of the 2.x query API: `_value` of the only row, its age by `_time`. No rows, and even no bytes, is
 * how nothing is answered there; an error may follow rows under status 200 as a table with the column `error`.
 */
export const readFlux = ({ status, text }: StoreAnswer, at: number): Rows => {
  if (status !== 200) {
    const message = z.object({ message: z.string() }).safeParse(jsonOf(text));
    return both(failure(`status ${status}${message.success ? `: ${printable(message.data.message)}` : ''}`));
  }
  if (isHtml(text)) return both(failure('a web page, expected annotated CSV'));
  const found = csvRows(text);
  return 'failed' in found ? both(failure(found.failed)) : onlyRow(found.rows, '_value', '_time', at);
};

/** The rows of all tables of annotated CSV, or why it is none that could be used. */
export const csvRows = (
  text: string,
): { readonly rows: readonly Readonly<Record<string, string>>[] } | { readonly failed: string } => {
  if (text !== '' && !text.endsWith('\n')) return { failed: 'the answer breaks off' };
  const rows: Readonly<Record<string, string>>[] = [];
  for (const table of text.split(/\r?\n\r?\n/)) {
    const [header = [], ...body] = table
      .split(/\r?\n/)
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map(cellsOf);
    if (header.includes('error')) return { failed: printable(body[0]?.[header.indexOf('error')] ?? 'an error') };
    if (body.some((cells) => cells.length !== header.length))
      return { failed: 'a row has other columns than its header' };
    rows.push(...body.map((cells) => Object.fromEntries(header.map((name, index) => [name, cells[index] ?? '']))));
  }
  return { rows };
};

const row = z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()]));

/** One value from the JSON of the 3.x SQL API: `value` of the only row, its age by `time`. NaN and null are both null there. */
export const readRows = ({ status, text }: StoreAnswer, at: number): Rows => {
  const document = jsonOf(text);
  if (status !== 200) {
    const said = z.object({ error: z.string() }).safeParse(document);
    return both(failure(`status ${status}${said.success ? `: ${printable(said.data.error)}` : ''}`));
  }
  const parsed = z.array(row).safeParse(document);
  if (!parsed.success) return both(failure(`no rows of the query API${isHtml(text) ? ' but a web page' : ''}`));
  return onlyRow(parsed.data, 'value', 'time', at);
};

const onlyRow = (
  rows: readonly Readonly<Record<string, string | number | boolean | null>>[],
  valueColumn: string,
  timeColumn: string,
  at: number,
): Rows => {
  const [only, ...others] = rows;
  if (only === undefined) return both(nodata(NO_SERIES));
  if (others.length > 0) return both(failure(`the query gives ${others.length + 1} rows, expected one`));
  if (!Object.hasOwn(only, valueColumn)) return both(failure(`the row has no column ${valueColumn}`));
  const written = only[timeColumn];
  const newest =
    typeof written === 'string'
      ? Date.parse(/[zZ]|[+-]\d\d:\d\d$/.test(written) ? written : `${written}Z`)
      : Number.NaN;
  const age: Sample = Number.isNaN(newest)
    ? nodata(`the row has no column ${timeColumn}; keep the time of the newest point`)
    : { kind: 'value', value: (at - newest) / 1_000, at };
  const points = Object.hasOwn(only, 'points') ? Number(only.points) : Number.NaN;
  const known = Number.isSafeInteger(points) && points >= 0 ? { points } : {};
  return { sample: numberOf(only[valueColumn] ?? null, at), age, ...known };
};

const numberOf = (found: string | number | boolean | null, at: number): Sample => {
  if (found === null || found === '') return nodata('null');
  if (found === 'NaN') return nodata('NaN');
  if (found === '+Inf' || found === '-Inf')
    return { kind: 'value', value: found === '+Inf' ? Infinity : -Infinity, at };
  const value = typeof found === 'number' ? found : typeof found === 'string' ? Number(found) : Number.NaN;
  return Number.isFinite(value) ? { kind: 'value', value, at } : failure('the value is no number');
};

/** The cells of a line of CSV (RFC 4180). Each begins behind a comma, one of which is put before the line for the first. */
const cellsOf = (line: string): readonly string[] =>
  [...`,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'),
  );
