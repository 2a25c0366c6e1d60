import { ParameterRefused, stepParameters, timeParameter } from './parameters.ts';
import { parseQuery } from './parser.ts';
import { instantQuery, rangeQuery } from './query.ts';
import { type Labels, seriesStore } from './series.ts';
import { type Expression, QueryUnreadable } from './syntax.ts';
import { QueryFailed } from './vector.ts';
import type { QueryData } from './wire.ts';

export interface Metrics {
  /**
   * Adds one sample: of a counter its running total, of a gauge its value, at epoch milliseconds. Samples of one series are added
   * in the order of time; `SampleRefused` otherwise. The same time again replaces the value.
   */
  add(name: string, labels: Labels, value: number, at: number): void;
  /** The HTTP API of Prometheus: `/api/v1/query`, `/api/v1/query_range` (GET and POST), `/api/v1/alerts` and `/api/v1/rules` (none), `/-/ready`. */
  handle(request: Request): Promise<Response>;
  /** How far back samples are kept. */
  readonly retentionMs: number;
}

const HOUR = 3_600_000;

/**
 * A simulated Prometheus: samples in memory, a subset of PromQL (this folder's README), the real API's wire format. Without
 * `time`, a query is evaluated at the clock's now.
 */
export const createMetrics = ({
  clock,
  retentionMs = HOUR,
}: {
  readonly clock: { now(): number };
  readonly retentionMs?: number;
}): Metrics => {
  const store = seriesStore(retentionMs);
  const endpoints: Readonly<Record<string, (parameters: URLSearchParams) => unknown>> = {
    '/api/v1/query': (parameters): QueryData =>
      instantQuery(store, queryParameter(parameters), timeParameter(parameters, 'time', clock.now())),
    '/api/v1/query_range': (parameters): QueryData => {
      const steps = stepParameters(parameters);
      return rangeQuery(store, queryParameter(parameters), steps);
    },
    '/api/v1/alerts': () => ({ alerts: [] }),
    '/api/v1/rules': () => ({ groups: [] }),
  };
  return {
    retentionMs,
    add: store.add,
    handle: async (request) => {
      const { pathname, searchParams } = new URL(request.url);
      if (pathname === '/-/ready' || pathname === '/-/healthy') return new Response('Prometheus Server is Ready.\n');
      const endpoint = Object.hasOwn(endpoints, pathname) ? endpoints[pathname] : undefined;
      if (endpoint === undefined) return new Response('404 page not found\n', { status: 404 });
      if (request.method !== 'GET' && request.method !== 'POST')
        return new Response('Method Not Allowed\n', { status: 405 });
      const form = request.method === 'POST' ? new URLSearchParams(await request.text()) : [];
      // The form's values count before those of the URL, as they do in Go.
      const parameters = new URLSearchParams([...form, ...searchParams]);
      try {
        return Response.json({ status: 'success', data: endpoint(parameters) });
      } catch (error) {
        return failure(error);
      }
    },
  };
};

const queryParameter = (parameters: URLSearchParams): Expression => {
  try {
    return parseQuery(parameters.get('query') ?? '');
  } catch (error) {
    if (error instanceof QueryUnreadable) throw new ParameterRefused('query', error.message);
    throw error;
  }
};

const failure = (error: unknown): Response => {
  if (error instanceof ParameterRefused) {
    return Response.json({ status: 'error', errorType: 'bad_data', error: error.message }, { status: 400 });
  }
  if (error instanceof QueryFailed) {
    return Response.json({ status: 'error', errorType: 'execution', error: error.message }, { status: 422 });
  }
  throw error;
};
