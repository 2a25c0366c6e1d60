import type { StoreKind } from '../rollout/metric-source.ts';
import { parseScrapeQuery, readingsApart, ScrapeQueryUnreadable } from './scrape/parse-query.ts';
import { CloudWatchQueryUnreadable, cloudwatchQueries } from './stores/cloudwatch-query.ts';
import { newestQuery, windowOf } from './stores/influxql.ts';
import { jsonSteps } from './stores/json.ts';
import { longestRange, selectorsOf } from './stores/promql.ts';
import { promqlFault } from './stores/promql-syntax.ts';

interface Fault {
  readonly what: string;
  readonly expected: string;
}

interface Assessed {
  readonly fault?: Fault;
  readonly windowMs: number;
}

/**
 * What can be known of a query before it is asked: that it can not be read, that it reads nothing, and how far it looks back (milliseconds;
 * 0 where it does not say). Placeholders in it stand for one word. Of Flux, SQL, and expressions of the clouds only what is plainly
 * missing is found; the store itself says the rest at the first measurement.
 */
export const assessQuery = (kind: StoreKind, query: string): Assessed => {
  const text = query.replace(/(?<!\\[pP])\{[A-Za-z_][A-Za-z0-9_./-]*\}/g, 'x');
  const assess = by[kind];
  return assess === undefined ? { windowMs: 0 } : assess(text);
};

const fault = (what: string, expected: string): Fault => ({ what, expected });

const promql = (text: string): Assessed => {
  const windowMs = longestRange(text);
  const unread = promqlFault(text);
  if (unread !== undefined) return { fault: fault(unread, 'a PromQL expression that gives one value'), windowMs };
  if (selectorsOf(text).length === 0)
    return {
      fault: fault('the query names no metric, so that it measures nothing', 'a selector, as up{job="api"}'),
      windowMs,
    };
  return { windowMs };
};

const influxql = (text: string): Assessed => {
  const windowMs = windowOf(text);
  if (newestQuery(text) === undefined)
    return {
      fault: fault('the query is no single SELECT from a measurement', 'SELECT … FROM "…" WHERE time > now() - 5m'),
      windowMs,
    };
  if (/\)\s*\//.test(text))
    return { fault: fault('InfluxQL says 0 for x / 0', 'errors and requests, which are divided here'), windowMs };
  if (/\bfill\s*\(\s*(?!none|null)/i.test(text))
    return { fault: fault('fill() invents points that were never reported', 'a query without fill'), windowMs };
  return { windowMs };
};

const flux = (text: string): Assessed => {
  const isReading = /\bfrom\s*\(/.test(text) && /\brange\s*\(/.test(text);
  const windowMs = windowOf(text);
  return isReading
    ? { windowMs }
    : { fault: fault('the query reads nothing', 'from(bucket: …) |> range(start: …)'), windowMs };
};

const sql = (text: string): Assessed => {
  const isReading = /^\s*(select|with)\b/i.test(text) && /\bfrom\b/i.test(text);
  const windowMs = windowOf(text);
  return isReading
    ? { windowMs }
    : { fault: fault('the query reads nothing', 'SELECT … AS value, … AS time FROM …'), windowMs };
};

const scrape = (text: string): Assessed => {
  try {
    return { windowMs: readingsApart(parseScrapeQuery(text), 0) ?? 0 };
  } catch (error) {
    if (!(error instanceof ScrapeQueryUnreadable)) throw error;
    const [what = '', expected = ''] = error.message.split('; expected ');
    return { fault: fault(what, expected), windowMs: 0 };
  }
};

const cloudwatch = (text: string): Assessed => {
  try {
    cloudwatchQueries(text, 'q', 60);
    return { windowMs: 0 };
  } catch (error) {
    if (!(error instanceof CloudWatchQueryUnreadable)) throw error;
    const [what = '', expected = ''] = error.message.split('; expected ');
    return { fault: fault(what, expected), windowMs: 0 };
  }
};

const json = (text: string): Assessed =>
  jsonSteps(text) === undefined
    ? { fault: fault('the query is no place in a document', 'a JSON pointer, as /parts/0/ratio'), windowMs: 0 }
    : { windowMs: 0 };

const by: Readonly<Partial<Record<StoreKind, (text: string) => Assessed>>> = {
  prometheus: promql,
  influxdb1: influxql,
  influxdb2: flux,
  influxdb3: sql,
  scrape,
  pods: scrape,
  cloudwatch,
  json,
};
