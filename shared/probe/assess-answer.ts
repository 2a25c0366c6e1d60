import type { HeaderRule, HttpCheck, JsonRule } from '../rollout/gate.ts';
import type { AttemptCode } from './attempt.ts';

/** An HTTP answer as far as it was read. */
export interface Answer {
  readonly status: number;
  readonly headers: Pick<Headers, 'get'>;
  /** Its first 64 KiB as text. */
  readonly body: string;
  /** Bytes that were read; more than the check bears where there are more. */
  readonly bytes: number;
  readonly tookMs: number;
  readonly phases: Readonly<Record<string, number>>;
}

type Wrong = readonly [AttemptCode, string];

/** What is wrong with an answer, or `undefined`. Says what was found and what was expected, and never quotes the body. */
export const assessAnswer = (check: HttpCheck, answer: Answer): Wrong | undefined => {
  const { status, headers, body, bytes } = answer;
  if (!check.status.includes(status)) return ['http_status', `status ${status}, expected ${statusesOf(check.status)}`];
  for (const [name, rule] of Object.entries(check.headers ?? {})) {
    const wrong = assessHeader(rule, headers.get(name));
    if (wrong !== undefined) return ['header_mismatch', `header ${name} ${wrong}`];
  }
  if (check.mostBytes !== undefined && bytes > check.mostBytes)
    return ['too_large', `the body has more than ${check.mostBytes} bytes`];
  if (check.body !== undefined && !body.includes(check.body))
    return ['body_mismatch', `the body does not hold ${JSON.stringify(check.body)}`];
  if (check.bodyMatches !== undefined && !new RegExp(check.bodyMatches, 'v').test(body))
    return ['body_mismatch', `the body does not match ${check.bodyMatches}`];
  const wrong = check.json === undefined ? undefined : assessJson(check.json, body);
  return wrong === undefined ? assessTime(check, answer) : ['json_mismatch', wrong];
};

/** A range where they are one, as all that mean success: a hundred numbers tell nobody anything. */
const statusesOf = (statuses: readonly number[]): string => {
  const [first = 0, last = 0] = [Math.min(...statuses), Math.max(...statuses)];
  return statuses.length > 3 && last - first === statuses.length - 1 ? `${first} to ${last}` : statuses.join(' or ');
};

const assessHeader = (rule: HeaderRule, found: string | null): string | undefined => {
  const is = found === null ? 'is absent' : `is ${JSON.stringify(found.slice(0, 100))}`;
  if (typeof rule === 'string') return found === rule ? undefined : `${is}, expected ${JSON.stringify(rule)}`;
  if ('absent' in rule) return found === null ? undefined : `${is}, expected none`;
  const matches = found !== null && new RegExp(rule.matches, 'v').test(found);
  return matches ? undefined : `${is}, expected what matches ${rule.matches}`;
};

const assessTime = ({ withinMs, phasesWithinMs = {} }: HttpCheck, { tookMs, phases }: Answer): Wrong | undefined => {
  if (withinMs !== undefined && tookMs > withinMs)
    return ['too_slow', `took ${Math.ceil(tookMs)} ms, expected at most ${withinMs}`];
  const slow = Object.entries(phasesWithinMs).find(([phase, most]) => (phases[phase] ?? 0) > most);
  if (slow === undefined) return undefined;
  const [phase, most] = slow;
  return ['too_slow', `phase ${phase} took ${Math.ceil(phases[phase] ?? 0)} ms, expected at most ${most}`];
};

const assessJson = (expected: NonNullable<HttpCheck['json']>, body: string): string | undefined => {
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    return 'the body is no JSON (of which 64 KiB are read)';
  }
  for (const [pointer, rule] of Object.entries(expected)) {
    const found = at(document, pointer);
    if (meets(rule, found)) continue;
    const is = found === undefined ? 'is absent' : 'has another value';
    return `${pointer === '' ? 'the whole' : pointer} of the body ${is}, expected ${spoken(rule)}`;
  }
  return undefined;
};

const meets = (rule: JsonRule, found: unknown): boolean => {
  if (typeof rule !== 'object' || rule === null) return found === rule;
  if ('matches' in rule) return typeof found === 'string' && new RegExp(rule.matches, 'v').test(found);
  return typeof found === 'number' && found >= (rule.atLeast ?? -Infinity) && found <= (rule.atMost ?? Infinity);
};

const spoken = (rule: JsonRule): string => {
  if (typeof rule !== 'object' || rule === null) return JSON.stringify(rule);
  if ('matches' in rule) return `text that matches ${rule.matches}`;
  const bounds = [
    ...(rule.atLeast === undefined ? [] : [`at least ${rule.atLeast}`]),
    ...(rule.atMost === undefined ? [] : [`at most ${rule.atMost}`]),
  ];
  return `a number of ${bounds.join(' and ')}`;
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
