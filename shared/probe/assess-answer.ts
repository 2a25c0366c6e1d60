import type { HttpCheck } from '../rollout/gate.ts';
import type { AttemptCode } from './attempt.ts';

/** An HTTP answer as far as it was read. */
export interface Answer {
  readonly status: number;
  readonly headers: Pick<Headers, 'get'>;
  readonly body: string;
  readonly tookMs: number;
}

/** What is wrong with an answer, or `undefined`. Says what was found and what was expected, and never quotes the body. */
export const assessAnswer = (check: HttpCheck, answer: Answer): readonly [AttemptCode, string] | undefined => {
  const { status, headers, body, tookMs } = answer;
  if (!check.status.includes(status)) return ['http_status', `status ${status}, expected ${check.status.join(' or ')}`];
  for (const [name, expected] of Object.entries(check.headers ?? {})) {
    const found = headers.get(name);
    const is = found === null ? 'is absent' : `is ${JSON.stringify(found.slice(0, 100))}`;
    if (found !== expected) return ['header_mismatch', `header ${name} ${is}, expected ${JSON.stringify(expected)}`];
  }
  if (check.body !== undefined && !body.includes(check.body))
    return ['body_mismatch', `the body does not hold ${JSON.stringify(check.body)}`];
  const wrong = check.json === undefined ? undefined : assessJson(check.json, body);
  if (wrong !== undefined) return ['json_mismatch', wrong];
  if (check.withinMs !== undefined && tookMs > check.withinMs)
    return ['too_slow', `took ${tookMs} ms, expected at most ${check.withinMs}`];
  return undefined;
};

const assessJson = (expected: NonNullable<HttpCheck['json']>, body: string): string | undefined => {
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    return 'the body is no JSON (of which 64 KiB are read)';
  }
  for (const [pointer, value] of Object.entries(expected)) {
    const found = at(document, pointer);
    if (found === value) continue;
    const is = found === undefined ? 'is absent' : 'has another value';
    return `${pointer} of the body ${is}, expected ${JSON.stringify(value)}`;
  }
  return undefined;
};

/** The value at a JSON pointer (RFC 6901); `undefined` where there is none. */
const at = (document: unknown, pointer: string): unknown =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((value, step) => {
      if (typeof value !== 'object' || value === null) return undefined;
      return Object.entries(value).find(([key]) => key === step)?.[1];
    }, document);
