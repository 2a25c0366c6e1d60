import { kindOf, type MetricSource } from '../../rollout/metric-source.ts';
import { failure, nodata, type Sample } from '../sample.ts';
import { askStore, JSON_TYPE, type StoreAnswer, type StoreQuestion } from './ask-store.ts';
import { influxAsOf } from './influx-as-of.ts';
import { type Rows, readFlux, readRows } from './influxdb-rows.ts';
import { countQuery, newestQuery, readCount, readInfluxQl, readNewest, windowOf } from './influxql.ts';
import { type Reading, type StoreOutside, type StoreReader, unread } from './reading.ts';

/** A store of the InfluxDB family. */
export type InfluxSource = Extract<
  MetricSource,
  { readonly influxdb1: string } | { readonly influxdb2: string } | { readonly influxdb3: string }
>;

/**
 * Reads an InfluxDB: 1.x by InfluxQL over `/query`, 2.x by Flux over `/api/v2/query`, 3.x by SQL over `/api/v3/query_sql`. The database
 * or organisation is the URL's own (`?db=telegraf`, `?org=acme`). It knows no instant: queries say `now()` themselves, and the age of
 * points comes with each. As of another moment the query is rewritten (`influx-as-of.ts`); one that can not be is an error.
 */
export const influxReader = (
  source: InfluxSource,
  outside: StoreOutside,
  signal: AbortSignal,
  moment?: number,
): StoreReader => {
  const at = moment ?? outside.clock.now();
  const ask = (query: string, read: (answer: StoreAnswer) => Sample): Promise<Sample> =>
    askStore(source, questionOf(source, query), read, outside, signal);
  const readOne = 'influxdb1' in source ? readV1 : 'influxdb2' in source ? readV2 : readV3;
  return {
    language: 'influxdb1' in source ? 'influxql' : 'influxdb2' in source ? 'flux' : 'sql',
    asOf: (other) => influxReader(source, outside, signal, other),
    read: async (queries) => ({
      readings: await Promise.all(
        queries.map((query) => {
          const asked = moment === undefined ? query : influxAsOf(query, moment, kindOf(source));
          return asked === undefined ? unread(NOT_DATED, query) : readOne(asked, at, ask);
        }),
      ),
      window: { from: at - Math.max(0, ...queries.map(windowOf)), to: at },
    }),
  };
};

const NOT_DATED = failure(
  'the query can not be asked for another time: it must look back from now() once, as time > now() - 5m or range(start: -5m)',
);

type Ask = (query: string, read: (answer: StoreAnswer) => Sample) => Promise<Sample>;

const readV1 = async (query: string, at: number, ask: Ask): Promise<Reading> => {
  const [newest, count] = [newestQuery(query), countQuery(query)];
  const [sample, seconds, points] = await Promise.all([
    ask(query, (answer) => readInfluxQl(answer, query, at)),
    newest === undefined
      ? nodata('the query is no single SELECT from a measurement')
      : ask(newest, (answer) => readNewest(answer, at)),
    count === undefined ? undefined : ask(count, (answer) => readCount(answer, at)),
  ]);
  const known = points?.kind === 'value' ? { points: points.value } : {};
  return { sample, ages: [{ selector: query, seconds }], ...known };
};

const readV2 = (query: string, at: number, ask: Ask): Promise<Reading> => readDated(query, at, ask, readFlux);
const readV3 = (query: string, at: number, ask: Ask): Promise<Reading> => readDated(query, at, ask, readRows);

/** An answer whose only row tells its own age, and how many points it is made of where it has a column `points`. */
const readDated = async (
  query: string,
  at: number,
  ask: Ask,
  rows: (answer: StoreAnswer, at: number) => Rows,
): Promise<Reading> => {
  let found: Rows | undefined;
  const sample = await ask(query, (answer) => {
    found = rows(answer, at);
    return found.sample;
  });
  const seconds = found?.age ?? (sample.kind === 'value' ? nodata('nothing was answered') : sample);
  // One row is one point to us, where it does not say of how many it was made.
  const points = found?.points ?? (sample.kind === 'value' ? 1 : undefined);
  return { sample, ages: [{ selector: 'the answer', seconds }], ...(points === undefined ? {} : { points }) };
};

const questionOf = (source: InfluxSource, query: string): StoreQuestion => {
  const json = { 'content-type': 'application/json' };
  if ('influxdb1' in source) {
    return {
      url: endpoint(source.influxdb1, 'query'),
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams({ q: query, epoch: 'ms' }).toString(),
      scheme: 'Token',
      expects: JSON_TYPE,
    };
  }
  if ('influxdb2' in source) {
    const dialect = { header: true, annotations: ['datatype'] };
    return {
      url: endpoint(source.influxdb2, 'api/v2/query'),
      headers: { ...json, accept: 'application/csv' },
      body: JSON.stringify({ type: 'flux', query, dialect }),
      scheme: 'Token',
      expects: /^(application|text)\/csv\b/i,
    };
  }
  const url = endpoint(source.influxdb3, 'api/v3/query_sql');
  const db = new URL(url).searchParams.get('db') ?? '';
  return {
    url,
    headers: { ...json, accept: 'application/json' },
    body: JSON.stringify({ db, q: query, format: 'json' }),
    scheme: 'Bearer',
    expects: JSON_TYPE,
  };
};

/** The base URL with a path below it; its own query stays. */
export const endpoint = (base: string, path: string): string => {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${path}`;
  return url.href;
};
