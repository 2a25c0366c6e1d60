import type { MetricAccess } from '../../rollout/metric-source.ts';
import { fetchStore, isHtml, jsonOf, printable } from '../stores/ask-store.ts';
import { endpoint } from '../stores/influxdb.ts';
import { csvRows } from '../stores/influxdb-rows.ts';
import type { StoreOutside } from '../stores/reading.ts';
import { type AlertsRead, type AlertsUnread, type Labels, labelsText } from './alerts-read.ts';

/** So far back the last status of a check is looked for; a check that has none for so long is gone. */
const LOOK_BACK = '1d';

/**
 * The statuses that the checks of an InfluxDB 2 have written (bucket `_monitoring`, measurement `statuses`), the newest of each check
 * and series. `crit` and `warn` fire, whatever the level they notify from; a status that is older than `maxAgeMs`, or `unknown`, leaves
 * it unknown, and so does no status at all. Labels are tags of the statuses: `_check_name`, `_level`, and those of the series.
 */
export const readInfluxStatuses = async (
  source: { readonly influxdb2: string } & MetricAccess,
  wanted: Labels,
  maxAgeMs: number,
  outside: StoreOutside,
  signal: AbortSignal,
): Promise<AlertsRead | AlertsUnread> => {
  const query = statusesQuery(wanted);
  const question = {
    url: endpoint(source.influxdb2, 'api/v2/query'),
    headers: { 'content-type': 'application/json', accept: 'application/csv' },
    body: JSON.stringify({ type: 'flux', query, dialect: { header: true, annotations: ['datatype'] } }),
    scheme: 'Token' as const,
    expects: /^(application|text)\/csv\b/i,
  };
  const found = await fetchStore(source, question, outside, signal);
  if ('failed' in found) return found;
  if (found.status !== 200) {
    const said: unknown = jsonOf(found.text);
    const message = typeof said === 'object' && said !== null && 'message' in said ? `: ${String(said.message)}` : '';
    return { failed: printable(`status ${found.status}${message}`) };
  }
  if (isHtml(found.text)) return { failed: 'a web page, expected annotated CSV' };
  const rows = csvRows(found.text);
  if ('failed' in rows) return rows;
  return assessStatuses(rows.rows, wanted._level, maxAgeMs, outside.clock.now());
};

/** The newest status of each check, level and series that has these tags. The level is looked at with all levels side by side. */
export const statusesQuery = ({ _level: _, ...tags }: Labels): string => {
  const matching = Object.entries(tags).map(([name, value]) => ` and r[${fluxText(name)}] == ${fluxText(value)}`);
  return [
    `from(bucket: "_monitoring") |> range(start: -${LOOK_BACK})`,
    `|> filter(fn: (r) => r._measurement == "statuses" and r._field == "_message"${matching.join('')})`,
    // Every tag stays: a series that is well must not hide another of the same check that is not.
    '|> last() |> drop(columns: ["_start", "_stop", "_value", "_field", "_measurement"])',
    '|> group()',
  ].join('\n  ');
};

type Row = Readonly<Record<string, string>>;

const assessStatuses = (rows: readonly Row[], level: string | undefined, maxAgeMs: number, now: number): AlertsRead => {
  const newest = new Map<string, Row>();
  for (const row of rows) {
    const { _time, _level, result: _, table: __, ...rest } = row;
    const key = JSON.stringify(Object.entries(rest).sort());
    const before = newest.get(key);
    if (before === undefined || Date.parse(_time ?? '') > Date.parse(before._time ?? '')) newest.set(key, row);
  }
  const checks = [...newest.values()];
  const nameOf = ({ _check_name: name, _check_id: id }: Row): string => printable(`check ${name || id || '?'}`);
  const ageOf = ({ _time }: Row): number => (now - Date.parse(_time ?? '')) / 1_000;
  const isYoung = (row: Row): boolean => Math.abs(ageOf(row)) * 1_000 <= maxAgeMs;
  // What fired once and was not looked at since is not known to fire still.
  const firing = checks.filter(
    (row) =>
      isYoung(row) && (level === undefined ? row._level === 'crit' || row._level === 'warn' : row._level === level),
  );
  const unknown = checks.flatMap((row) => {
    const age = ageOf(row);
    if (!isYoung(row)) return [`${nameOf(row)} has a status of ${Math.round(age)} s ago`];
    return ['ok', 'info', 'warn', 'crit'].includes(row._level ?? '')
      ? []
      : [`${nameOf(row)} is ${printable(row._level ?? '')}`];
  });
  return {
    firing: firing.map((row) => `${nameOf(row)}${labelsText({ _level: row._level ?? '' })}`),
    unknown,
    watching: checks.length,
  };
};

/** A string of Flux, in which nothing is an expression. */
const fluxText = (text: string): string =>
  `"${text.replace(/["\\$\p{Cc}]/gu, (sign) => `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}`)}"`;
