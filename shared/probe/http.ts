import type { Check } from '../rollout/gate.ts';
import { type Probe, verdictOf } from './attempt.ts';

/** What is read of a body at most; a text that is looked for must stand in it. */
const MOST_BODY_BYTES = 64 * 1024;

/** Fetches a URL and looks at the status and, where asked, for a text in the body. Redirects are not followed: a 302 is a 302. */
export const probeHttp: Probe<Extract<Check, { http: string }>> = async (check, place, { clock, http }, signal) => {
  const at = clock.now();
  let status: number | undefined;
  const phases: Record<string, number> = {};
  const ended = () => ({ at, durationMs: clock.now() - at, phases, ...(status === undefined ? {} : { status }) });
  try {
    const { allow, tls } = place;
    const response = await http(check.http, { signal, allow, ...(tls === undefined ? {} : { tls }) });
    status = response.status;
    phases.headers = clock.now() - at;
    const body = await readStart(response);
    phases.body = clock.now() - at - phases.headers;
    if (!check.status.includes(status)) {
      const because = `status ${status}, expected ${check.status.join(' or ')}`;
      return { ...ended(), verdict: 'fail', code: 'http_status', because };
    }
    if (check.body !== undefined && !body.includes(check.body)) {
      const because = `the body does not hold ${JSON.stringify(check.body)}`;
      return { ...ended(), verdict: 'fail', code: 'body_mismatch', because };
    }
    return { ...ended(), verdict: 'pass' };
  } catch (error) {
    return { ...ended(), ...verdictOf(error, signal) };
  }
};

/** The first bytes of a body as text. What follows is not read: an endless answer is not a slow one. */
const readStart = async (response: Response): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  while (reader !== undefined && size < MOST_BODY_BYTES) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    size += value.byteLength;
  }
  await reader?.cancel();
  return Buffer.concat(chunks).subarray(0, MOST_BODY_BYTES).toString('utf8');
};
