import type { Check } from '../rollout/gate.ts';
import { type Attempt, type Place, type ProbeOutside, ProbeTimeout } from './attempt.ts';
import { probeDns } from './dns.ts';
import { probeGrpc } from './grpc.ts';
import { probeHttp } from './http.ts';
import { probeStream } from './stream.ts';
import { probeTcp } from './tcp.ts';
import { probeTls } from './tls.ts';
import { probeWebSocket } from './websocket.ts';

/** The protocols, as a person names them. */
export type ProbeKind = 'http' | 'tcp' | 'tls' | 'dns' | 'grpc' | 'ws' | 'stream';

/** The protocol of a check. */
export const kindOf = (check: Check): ProbeKind => {
  if ('tcp' in check) return 'tcp';
  if ('tls' in check) return 'tls';
  if ('dns' in check) return 'dns';
  if ('grpc' in check) return 'grpc';
  if ('ws' in check) return 'ws';
  return 'stream' in check ? 'stream' : 'http';
};

/** One attempt of a check by its protocol, ended after `timeoutMs` (that a stream is held for does not count). Never rejects. */
export const attemptCheck = async (
  check: Check,
  place: Place,
  timeoutMs: number,
  outside: ProbeOutside,
  aborted: AbortSignal,
): Promise<Attempt> => {
  const ended = new AbortController();
  const { signal } = ended;
  const allowedMs = timeoutMs + ('stream' in check ? check.holdMs : 0);
  const cancel = outside.clock.after(allowedMs, () => ended.abort(new ProbeTimeout(timeoutMs)));
  // By hand: a signal of `AbortSignal.any` is kept in a list of the one that lives as long as all attempts.
  const stop = () => ended.abort(aborted.reason);
  if (aborted.aborted) stop();
  else aborted.addEventListener('abort', stop, { once: true });
  try {
    if ('tcp' in check) return await probeTcp(check, place, outside, signal);
    if ('tls' in check) return await probeTls(check, place, outside, signal);
    if ('dns' in check) return await probeDns(check, place, outside, signal);
    if ('grpc' in check) return await probeGrpc(check, place, outside, signal);
    if ('ws' in check) return await probeWebSocket(check, place, outside, signal);
    if ('stream' in check) return await probeStream(check, place, outside, signal);
    return await probeHttp(check, place, outside, signal);
  } finally {
    cancel();
    aborted.removeEventListener('abort', stop);
  }
};
