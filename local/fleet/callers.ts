import type { Clock } from '../../shared/outside/clock.ts';
import type { Random } from '../../shared/outside/random.ts';
import type { BehaviourOf } from './kubernetes/behaviour.ts';
import type { Connections } from './kubernetes/connections.ts';

export interface CallerOptions {
  readonly connections: Connections;
  readonly behaviourOf: BehaviourOf;
  readonly clock: Clock;
  readonly random: Random;
  readonly namespace: string;
  /** The Service that clients call; what it calls in turn its image says. */
  readonly entry: string;
  /** Calls a second of each kind of client. */
  readonly rate: number;
}

/** How the calls of clients went. What failed is counted by why, where in the chain it did. */
export interface CallCounts {
  /** Clients that try once. */
  readonly plain: { readonly calls: number; readonly failed: number };
  /** Clients that try a second time, once, where the first attempt failed. */
  readonly retrying: { readonly calls: number; readonly failedFirst: number; readonly failed: number };
  /** Of all attempts. */
  readonly reasons: Readonly<Record<string, number>>;
}

export interface Callers {
  /** Begins to call. Twice is once. */
  start(): void;
  /** No new call begins; those that are waited for are counted. */
  stop(): void;
  counts(): CallCounts;
}

/** How often calls are made, each time as many as the rate comes to: nothing a pod does is shorter. */
const tickMs = 20;
/** After so long without an answer a client gives an attempt up. */
const timeoutMs = 2000;
/** An attempt that fails at once is tried again after this. */
const backoffMs = 100;

/** One attempt: absent where it was answered well; else why not, and after how long its client knows. */
type Failure = { readonly why: string; readonly afterMs: number };

/**
 * Clients of a simulated cluster, call by call: each passes through the pods that its connection and those behind it happen to take. A pod
 * that was told to end answers nothing, an address where nothing listens refuses, and a consumer that needs a newer interface than the pod
 * it reaches offers fails.
 */
export const createCallers = (options: CallerOptions): Callers => {
  const { connections, behaviourOf, clock, random, namespace, entry, rate } = options;
  const plain = { calls: 0, failed: 0 };
  const retrying = { calls: 0, failedFirst: 0, failed: 0 };
  const reasons = new Map<string, number>();
  let again: number[] = [];
  let due = 0;
  let cancel: (() => void) | undefined;

  const fail = (why: string, afterMs: number): Failure => {
    reasons.set(why, (reasons.get(why) ?? 0) + 1);
    return { why, afterMs };
  };
  const attempt = (service: string, atLeast: number): Failure | undefined => {
    const connection = connections.connect(namespace, service, random);
    if (connection.ends === 'silent') return fail(`${service}: no answer`, timeoutMs);
    if (connection.ends !== 'answered') return fail(`${service}: ${connection.ends}`, 0);
    for (const image of connection.images) {
      const { serves = 1, errorRatio = 0, calls = [] } = behaviourOf(image);
      if (serves < atLeast) return fail(`${service}: version ${serves} does not know what version ${atLeast} asks`, 0);
      if (errorRatio > 0 && random.fraction() < errorRatio) return fail(`${service}: error`, 0);
      for (const call of calls) {
        const failure = attempt(call.service, call.atLeast);
        if (failure !== undefined) return failure;
      }
    }
    return undefined;
  };

  const tick = (): void => {
    const now = clock.now();
    const retries = again.filter((at) => at <= now);
    again = again.filter((at) => at > now);
    for (const _ of retries) if (attempt(entry, 1) !== undefined) retrying.failed += 1;
    due += (rate * tickMs) / 1000;
    for (; due >= 1; due -= 1) {
      plain.calls += 1;
      if (attempt(entry, 1) !== undefined) plain.failed += 1;
      retrying.calls += 1;
      const failure = attempt(entry, 1);
      if (failure === undefined) continue;
      retrying.failedFirst += 1;
      again.push(now + failure.afterMs + backoffMs);
    }
    cancel = clock.after(tickMs, tick);
  };
  return {
    start: () => {
      cancel ??= clock.after(tickMs, tick);
    },
    stop: () => {
      cancel?.();
      cancel = undefined;
    },
    // What still waits for its second attempt has failed as far as anybody knows.
    counts: () => ({
      plain: { ...plain },
      retrying: { ...retrying, failed: retrying.failed + again.length },
      reasons: Object.fromEntries([...reasons].sort(([a], [b]) => (a < b ? -1 : 1))),
    }),
  };
};
