import type { MetricSource } from '../rollout/gate.ts';
import { askStore, type StoreAnswer, type StoreOutside } from './ask-store.ts';
import type { Age } from './assess-metric.ts';
import { readFlux, readRows } from './influxdb-rows.ts';
import { newestQuery, readInfluxQl, readNewest } from './influxql.ts';
import { nodata, type Sample } from './sample.ts';

/** A store of the InfluxDB family. */
export type InfluxSource = Exclude<MetricSource, { readonly prometheus: string }>;

/** One value and how old its newest point is. */
export interface Reading {
  readonly sample: Sample;
  readonly age: Age;
}

/**
 * Asks an InfluxDB for one value: 1.x by InfluxQL over `/query`, 2.x by Flux over `/api/v2/query`, 3.x by SQL over
 * `/api/v3/query_sql`. The database or organisation is the URL's own (`?db=telegraf`, `?org=acme`). Never rejects but when `signal`
 * aborts.
 */
export const readInflux = async (
  source: InfluxSource,
  query: string,
  outside: StoreOutside,
  signal: AbortSignal,
): Promise<Reading> => {
  const at = outside.clock.now();
  const ask = (text: string, read: (answer: StoreAnswer) => Sample): Promise<Sample> =>
    askStore(source, questionOf(source, text), read, outside, signal);
  if ('influxdb1' in source) {
    const newest = newestQuery(query);
    const [sample, seconds] = await Promise.all([
      ask(query, (answer) => readInfluxQl(answer, query, at)),
      newest === undefined
        ? nodata('the query is no single SELECT from a measurement')
        : ask(newest, (answer) => readNewest(answer, at)),
    ]);
    return { sample, age: { selector: query, seconds } };
  }
  let newest: Sample = nodata('nothing was answered');
  const sample = await ask(query, (answer) => {
    const read = 'influxdb2' in source ? readFlux(answer, at) : readRows(answer, at);
    newest = read.age;
    return read.sample;
  });
  return { sample, age: { selector: 'the answer', seconds: newest } };
};

const questionOf = (source: InfluxSource, query: string) => {
  const form = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
  const json = { 'content-type': 'application/json' };
  if ('influxdb1' in source) {
    const url = endpoint(source.influxdb1, 'query');
    return {
      url,
      headers: form,
      body: new URLSearchParams({ q: query, epoch: 'ms' }).toString(),
      scheme: 'Token' as const,
    };
  }
  if ('influxdb2' in source) {
    const dialect = { header: true, annotations: ['datatype'] };
    const body = JSON.stringify({ type: 'flux', query, dialect });
    const url = endpoint(source.influxdb2, 'api/v2/query');
    return { url, headers: { ...json, accept: 'application/csv' }, body, scheme: 'Token' as const };
  }
  const url = endpoint(source.influxdb3, 'api/v3/query_sql');
  const db = new URL(url).searchParams.get('db') ?? '';
  const body = JSON.stringify({ db, q: query, format: 'json' });
  return { url, headers: { ...json, accept: 'application/json' }, body, scheme: 'Bearer' as const };
};

/** The base URL with a path below it; its own query stays. */
const endpoint = (base: string, path: string): string => {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${path}`;
  return url.href;
};
