import { type Tls, Unreachable, type UnreachableCode } from '../outside/http.ts';
import type { Outside } from '../outside/outside.ts';
import type { Check } from '../rollout/gate.ts';
import type { Target } from '../rollout/target.ts';

/** Why an attempt did not pass. A closed list: what counts failures counts by it. */
export type AttemptCode =
  | UnreachableCode
  | 'timeout'
  | 'http_status'
  | 'body_mismatch'
  | 'header_mismatch'
  | 'json_mismatch'
  | 'too_slow'
  | 'too_many_redirects'
  | 'certificate_ends_soon'
  | 'dns_mismatch'
  | 'grpc_status'
  | 'ws_refused'
  | 'ws_mismatch'
  | 'stream_ended'
  | 'too_large'
  | 'tls_version'
  /** Nothing here can make this attempt: in virtual mode nothing is connected, and not every machine has IPv6. */
  | 'unsupported'
  | 'prober_fault';

/** One try to reach what is probed. Never holds a body. */
export interface Attempt {
  /** Epoch milliseconds it began. What it took is measured by a clock that never goes back, with fractions. */
  readonly at: number;
  readonly durationMs: number;
  /** `invalid`: nothing was learnt of what is probed, because the fault was on this side. It is counted apart. */
  readonly verdict: 'pass' | 'fail' | 'invalid';
  /** Present unless it passed. */
  readonly code?: AttemptCode;
  /** What was found and what was expected, in words. Present unless it passed. */
  readonly because?: string;
  /**
   * Milliseconds by phase: `resolve`, `connect` and `tls` of a connection, `headers` (from the connection on) and `body` of an HTTP
   * answer, `answer` of another protocol.
   */
  readonly phases: Readonly<Record<string, number>>;
  /** The address that was connected to, where the protocol's client tells. */
  readonly address?: string;
  /** The HTTP status. */
  readonly status?: number;
  /** Of a handshake that was looked at for its own sake: the version agreed on, and the days its certificate is good for. */
  readonly tls?: { readonly version: string; readonly daysLeft: number };
}

/** Where a probe is sent from one target's point of view. */
export interface Place {
  readonly target: Target;
  /** Private address ranges (CIDR) it may connect to. */
  readonly allow: readonly string[];
  /** Trust beyond the public roots. */
  readonly tls?: Tls;
  /** Whether HTTP may go over a connection that is open already. A broken drain shows only there, a broken listener only elsewhere. */
  readonly reuse?: boolean;
}

/** What probes reach the outside by. */
export type ProbeOutside = Pick<Outside, 'clock' | 'http' | 'dial' | 'random' | 'lookup'>;

/** One attempt of one protocol. Placeholders of the check are filled in already. Never rejects; ends when `signal` aborts. */
export type Probe<Kind> = (
  check: Kind & Pick<Check, 'family'>,
  place: Place,
  outside: ProbeOutside,
  signal: AbortSignal,
) => Promise<Attempt>;

/** The reason a signal is aborted with when an attempt has taken too long. */
export class ProbeTimeout extends Error {
  override readonly name = 'ProbeTimeout';
  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs} ms`);
  }
}

/** What a thrown error says of what is probed: nothing, where the egress rules, the caller or the prober itself ended it. */
export const verdictOf = (error: unknown, signal: AbortSignal): Pick<Attempt, 'verdict' | 'code' | 'because'> => {
  if (signal.reason instanceof ProbeTimeout)
    return { verdict: 'fail', code: 'timeout', because: signal.reason.message };
  if (signal.aborted)
    return { verdict: 'invalid', code: 'aborted', because: 'the prober was stopped before an answer came' };
  const because = error instanceof Error ? error.message : String(error);
  if (!(error instanceof Unreachable)) return { verdict: 'invalid', code: 'prober_fault', because };
  if (error.code === 'no_ipv6')
    return { verdict: 'invalid', code: 'unsupported', because: `IPv6 can not be had here: ${because}` };
  return { verdict: ownFaults.has(error.code) ? 'invalid' : 'fail', code: error.code, because };
};

/** What says something of the prober or its machine, and nothing of what is probed. */
const ownFaults: ReadonlySet<UnreachableCode> = new Set(['address_refused', 'aborted', 'resolver_failed', 'own_fault']);
