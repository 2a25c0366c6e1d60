import { msSince, ticksOf } from '../outside/clock.ts';
import type { Connected } from '../outside/http.ts';
import type { StreamCheck } from '../rollout/gate.ts';
import { type Probe, verdictOf } from './attempt.ts';
import { familyOf } from './endpoint.ts';

/**
 * Opens an answer that goes on, as an event stream, and holds it for `holdMs`. Passes when it was still open then; an end or a break
 * before is a failure, as in a restart that drops what is in flight. What it carries is not looked at.
 */
export const probeStream: Probe<StreamCheck> = async (check, { allow, tls }, { clock, http }, signal) => {
  const [at, began] = [clock.now(), ticksOf(clock)];
  const held = new AbortController();
  let status: number | undefined;
  let opened: Connected | undefined;
  let cancel: () => void = () => undefined;
  const ended = () => ({
    at,
    durationMs: msSince(began, clock),
    phases: { ...opened?.phases, ...(status === undefined ? {} : { open: msSince(began, clock) }) },
    ...(opened === undefined ? {} : { address: opened.address }),
    ...(status === undefined ? {} : { status }),
  });
  try {
    const response = await http(check.stream, {
      signal: AbortSignal.any([signal, held.signal]),
      allow,
      ...familyOf(check),
      ...(tls === undefined ? {} : { tls }),
      onConnected: (connection) => {
        opened = connection;
      },
    });
    status = response.status;
    if (status !== 200) {
      await response.body?.cancel();
      return { ...ended(), verdict: 'fail', code: 'http_status', because: `status ${status}, expected 200` };
    }
    const begun = ticksOf(clock);
    cancel = clock.after(check.holdMs, () => held.abort());
    const reader = response.body?.getReader();
    while (reader !== undefined && !(await reader.read()).done);
    const because = `it ended after ${Math.round(msSince(begun, clock))} ms, expected ${check.holdMs}`;
    return { ...ended(), verdict: 'fail', code: 'stream_ended', because };
  } catch (error) {
    if (held.signal.aborted && !signal.aborted) return { ...ended(), verdict: 'pass' };
    return { ...ended(), ...verdictOf(error, signal) };
  } finally {
    cancel();
  }
};
