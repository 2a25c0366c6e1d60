import type { MetricAccess } from '../../rollout/metric-source.ts';
import { failure, nodata, type Sample } from '../sample.ts';
import { fetchStore, isHtml, JSON_TYPE, jsonOf, printable, type StoreAnswer } from './ask-store.ts';
import { type Reading, type StoreOutside, type StoreReader, unread } from './reading.ts';

export type JsonSource = { readonly json: string } & MetricAccess;

/**
 * Reads numbers out of one JSON document over HTTP. Queries are JSON pointers (RFC 6901) or `$.a.b[0]`. How old they are is said by the
 * document at `time` (RFC 3339, or seconds or milliseconds since 1970); without it by HTTP: by `last-modified` and `age`, and an answer
 * that has neither was made for us.
 */
export const jsonReader = (
  source: JsonSource,
  time: string | undefined,
  outside: StoreOutside,
  signal: AbortSignal,
): StoreReader => ({
  language: 'pointer',
  read: async (queries) => {
    const now = outside.clock.now();
    const question = {
      url: source.json,
      method: 'GET' as const,
      headers: { accept: 'application/json' },
      expects: JSON_TYPE,
    };
    const answer = await fetchStore(source, question, outside, signal);
    const document = 'failed' in answer ? failure(answer.failed) : documentOf(answer);
    const readings = queries.map((query): Reading => {
      if ('kind' in document || 'failed' in answer)
        return unread('kind' in document ? document : failure('no answer'), query);
      const seconds = time === undefined ? ageByHttp(answer, now) : ageAt(document.value, time, now);
      const selector = time === undefined ? 'the answer' : `the document (${time})`;
      return { sample: numberAt(document.value, query, now), ages: [{ selector, seconds }], points: 1 };
    });
    return { readings, window: { from: now, to: now } };
  },
});

type Failed = ReturnType<typeof failure>;

const documentOf = ({ status, text }: StoreAnswer): Failed | { readonly value: unknown } => {
  if (status !== 200) return failure(`status ${status}, expected 200`);
  const value = jsonOf(text);
  if (value === undefined) return failure(`no JSON${isHtml(text) ? ' but a web page' : ''}`);
  return { value };
};

/** The steps of a JSON pointer or of a path of names and indexes; `undefined` for text that is neither. */
export const jsonSteps = (path: string): readonly string[] | undefined => {
  if (path.startsWith('/'))
    return path
      .slice(1)
      .split('/')
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (!/^\$(?:\.[A-Za-z_][\w-]*|\[\d+\]|\['[^']*'\]|\["[^"]*"\])+$/.test(path)) return undefined;
  return [...path.matchAll(/\.([A-Za-z_][\w-]*)|\[(\d+)\]|\['([^']*)'\]|\["([^"]*)"\]/g)].map(
    ([, name, index, single, double]) => name ?? index ?? single ?? double ?? '',
  );
};

const at = (document: unknown, path: string): { readonly found?: unknown; readonly problem?: string } => {
  const steps = jsonSteps(path);
  if (steps === undefined) return { problem: `${printable(path)} is no JSON pointer; expected one as /parts/0/ratio` };
  let found = document;
  for (const step of steps) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return {};
    found = Reflect.get(found, step);
  }
  return { found };
};

const numberAt = (document: unknown, path: string, now: number): Sample => {
  const { found, problem } = at(document, path);
  if (problem !== undefined) return failure(problem);
  if (found === undefined) return nodata(`the document has nothing at ${printable(path)}`);
  if (found === null) return nodata('null');
  if (found === 'NaN') return nodata('NaN');
  if (found === 'Infinity' || found === '+Inf' || found === '-Inf')
    return { kind: 'value', value: found === '-Inf' ? -Infinity : Infinity, at: now };
  return typeof found === 'number'
    ? { kind: 'value', value: found, at: now }
    : failure(`at ${printable(path)} is no number but ${Array.isArray(found) ? 'a list' : `a ${typeof found}`}`);
};

const ageAt = (document: unknown, path: string, now: number): Sample => {
  const { found, problem } = at(document, path);
  if (problem !== undefined) return failure(problem);
  // Seconds since 1970 have ten digits until the year 2286.
  const moment =
    typeof found === 'number'
      ? found < 1e11
        ? found * 1_000
        : found
      : typeof found === 'string'
        ? timeOf(found)
        : Number.NaN;
  if (Number.isNaN(moment)) return nodata(`the document has no time at ${printable(path)}`);
  return { kind: 'value', value: (now - moment) / 1_000, at: now };
};

const timeOf = (text: string): number =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/i.test(text) ? Date.parse(text) : Number.NaN;

const ageByHttp = ({ headers }: StoreAnswer, now: number): Sample => {
  const modified = Date.parse(headers.get('last-modified') ?? '');
  const cached = Number(headers.get('age') ?? '0');
  const ages = [Number.isNaN(modified) ? 0 : (now - modified) / 1_000, Number.isNaN(cached) ? Infinity : cached];
  const telling = ages.reduce((one, other) => (Math.abs(other) > Math.abs(one) ? other : one), 0);
  return { kind: 'value', value: telling, at: now };
};
