import type { PresetGate, PresetLimits, TelegrafSeries } from './preset.ts';

/** The queries of a gate in one language, and its limits there. */
export interface PresetQueries {
  readonly metric: { readonly query: string } | { readonly errors: string; readonly requests: string };
  readonly limits: PresetLimits;
  /** The store has no series of what never happened. */
  readonly errorsMayBeAbsent?: true;
}

/** What a config says of where and when. Values may hold placeholders. */
export interface PresetScope {
  readonly labels: Readonly<Record<string, string>>;
  /** A duration of one number and unit. */
  readonly window: string;
  /** InfluxDB 2: the bucket that Telegraf writes to. */
  readonly bucket: string;
}

type Language = 'promql' | 'influxql' | 'flux';

/** A gate of a preset in a language; `undefined` where it has none in it. */
export const presetQueries = (gate: PresetGate, language: Language, scope: PresetScope): PresetQueries | undefined => {
  if (language === 'promql') {
    const where = Object.entries(scope.labels).map(([name, value]) => `${name}=${quoted(value)}`);
    const filled = (text: string) => text.replaceAll('$where', where.join(',')).replaceAll('$window', scope.window);
    const { promql, limits } = gate;
    const metric =
      'query' in promql
        ? { query: filled(promql.query) }
        : { errors: filled(promql.errors), requests: filled(promql.requests) };
    return { metric, limits };
  }
  const { telegraf } = gate;
  if (telegraf === undefined) return undefined;
  const written = (series: TelegrafSeries) => (language === 'influxql' ? influxqlOf : fluxOf)(series, scope);
  const limits = telegraf.limits ?? gate.limits;
  return 'value' in telegraf
    ? { metric: { query: written(telegraf.value) }, limits }
    : {
        metric: { errors: written(telegraf.errors), requests: written(telegraf.requests) },
        limits,
        errorsMayBeAbsent: true,
      };
};

/** Text in double quotes, for PromQL and Flux; placeholders stay as they are. */
const quoted = (text: string): string =>
  `"${text.replace(/["\\\p{Cc}]/gu, (sign) => `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}`)}"`;

const influxqlText = (text: string): string => `'${text.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n')}'`;
const influxqlName = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;

/** The worst of the newest values, or the growth of all series: what each grew by is seen only by itself, so the inner query is of each. */
const influxqlOf = (series: TelegrafSeries, { labels, window }: PresetScope): string => {
  const { measurement, field, as, less, tags = {} } = series;
  const conditions = [
    ...Object.entries(tags).map(([name, pattern]) => `${influxqlName(name)} =~ /^(${pattern})$/`),
    ...Object.entries(labels).map(([name, value]) => `${influxqlName(name)} = ${influxqlText(value)}`),
    `time > now() - ${window}`,
  ];
  const growth = (name: string) => `non_negative_difference(${influxqlName(name)})`;
  const grown = less === undefined ? growth(field) : `${growth(field)} - ${growth(less)}`;
  const inner = as === 'growth' ? grown : `last(${influxqlName(field)})`;
  const outer = as === 'growth' ? 'sum' : as;
  return `SELECT ${outer}("v") FROM (SELECT ${inner} AS "v" FROM ${influxqlName(measurement)} WHERE ${conditions.join(' AND ')} GROUP BY *)`;
};

const fluxOf = (series: TelegrafSeries, { labels, window, bucket }: PresetScope): string => {
  const { measurement, field, as, less, tags = {} } = series;
  const conditions = [
    ...Object.entries(tags).map(([name, pattern]) => `r[${fluxQuoted(name)}] =~ /^(${pattern})$/`),
    ...Object.entries(labels).map(([name, value]) => `r[${fluxQuoted(name)}] == ${fluxQuoted(value)}`),
  ];
  const filter = (name: string) =>
    `(r) => ${[`r._measurement == ${fluxQuoted(measurement)}`, `r._field == ${fluxQuoted(name)}`, ...conditions].join(' and ')}`;
  const from = `from(bucket: ${fluxQuoted(bucket)}) |> range(start: -${window})`;
  // One row of what is left of all series, with the time of the newest point.
  const joined = (value: string) =>
    `|> group() |> reduce(identity: {_time: 1970-01-01T00:00:00Z, _value: ${as === 'growth' ? '0.0' : as === 'max' ? 'float(v: "-Inf")' : 'float(v: "+Inf")'}}, fn: (r, accumulator) => ({_time: if r._time > accumulator._time then r._time else accumulator._time, _value: ${value}}))`;
  const value = 'float(v: r._value)';
  if (as !== 'growth') {
    const worse = `if ${value} ${as === 'max' ? '>' : '<'} accumulator._value then ${value} else accumulator._value`;
    return `${from} |> filter(fn: ${filter(field)}) |> last() ${joined(worse)}`;
  }
  const grown = (name: string, sign: string) =>
    `${from} |> filter(fn: ${filter(name)}) |> increase() |> last() |> map(fn: (r) => ({r with _value: ${sign}${value}}))`;
  const sum = joined(`accumulator._value + ${value}`);
  if (less === undefined) return `${grown(field, '')} ${sum}`;
  return `union(tables: [${grown(field, '')}, ${grown(less, '-1.0 * ')}]) ${sum}`;
};

/** `$` before a brace begins an expression in Flux; a placeholder's brace has none before it. */
const fluxQuoted = (text: string): string => quoted(text).replaceAll('$', '\\x24');
