import { msSince, ticksOf } from '../outside/clock.ts';
import type { Connected } from '../outside/http.ts';
import type { HttpCheck } from '../rollout/gate.ts';
import { assessAnswer } from './assess-answer.ts';
import { type Attempt, type Probe, verdictOf } from './attempt.ts';
import { familyOf } from './endpoint.ts';

/** What is kept of a body; a text that is looked for must stand in it. */
const MOST_BODY_BYTES = 64 * 1024;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * Fetches a URL and looks at what was answered. Redirects are followed only where the check says how many, and each address is
 * judged by the egress rules as the first one is; without that a 302 is a 302. Phases are those of the last hop.
 */
export const probeHttp: Probe<HttpCheck> = async (check, place, { clock, http }, signal) => {
  const [at, began] = [clock.now(), ticksOf(clock)];
  let status: number | undefined;
  let opened: Connected | undefined;
  let phases: Record<string, number> = {};
  const ended = () => ({
    at,
    durationMs: msSince(began, clock),
    phases,
    ...(opened === undefined ? {} : { address: opened.address }),
    ...(status === undefined ? {} : { status }),
  });
  const fail = (code: Attempt['code'], because: string): Attempt => ({
    ...ended(),
    verdict: 'fail',
    ...(code === undefined ? {} : { code }),
    because,
  });
  const onConnected = (connection: Connected) => {
    opened = connection;
    phases = { ...connection.phases };
  };
  /** What is not in a phase yet of the time since. */
  const rest = (asked: number): number => Math.max(0, toMicroseconds(msSince(asked, clock) - sum(phases)));
  const hop = async (url: string, left: number): Promise<Attempt> => {
    const { allow, tls, reuse } = place;
    const asked = ticksOf(clock);
    phases = {};
    const own = reuse ? {} : { onConnected };
    const init = { signal, allow, ...familyOf(check), ...own, ...(tls === undefined ? {} : { tls }) };
    const response = await http(url, init);
    status = response.status;
    phases.headers = rest(asked);
    const location = response.headers.get('location');
    if (check.redirects !== undefined && REDIRECTS.has(status) && location !== null) {
      await response.body?.cancel();
      if (left === 0) return fail('too_many_redirects', `more than ${check.redirects} redirects`);
      const next = URL.parse(location, url);
      return next === null ? fail('http_status', 'a redirect to no URL') : hop(next.href, left - 1);
    }
    const { body, bytes } = await readStart(response, check.mostBytes);
    phases.body = rest(asked);
    const wrong = assessAnswer(check, {
      status,
      headers: response.headers,
      body,
      bytes,
      tookMs: msSince(began, clock),
      phases,
    });
    return wrong === undefined ? { ...ended(), verdict: 'pass' } : fail(...wrong);
  };
  try {
    return await hop(check.http, check.redirects ?? 0);
  } catch (error) {
    return { ...ended(), ...verdictOf(error, signal) };
  }
};

const toMicroseconds = (ms: number): number => Math.round(ms * 1_000) / 1_000;

const sum = (phases: Readonly<Record<string, number>>): number =>
  Object.values(phases).reduce((total, ms) => total + ms, 0);

/**
 * The first bytes of a body as text, and how many there were. What follows them is not read, except to see whether there are more than
 * `mostBytes`: an endless answer is not a slow one.
 */
const readStart = async (
  response: Response,
  mostBytes: number | undefined,
): Promise<{ readonly body: string; readonly bytes: number }> => {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const enough = mostBytes === undefined ? MOST_BODY_BYTES : mostBytes + 1;
  const reader = response.body?.getReader();
  while (reader !== undefined && bytes < enough) {
    const { done, value } = await reader.read();
    if (done) break;
    if (bytes < MOST_BODY_BYTES) chunks.push(value);
    bytes += value.byteLength;
  }
  await reader?.cancel();
  return { body: Buffer.concat(chunks).subarray(0, MOST_BODY_BYTES).toString('utf8'), bytes };
};
