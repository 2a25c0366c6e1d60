import type { Digest } from '../blobs/blobs.ts';
import { AccessRefused, type Cluster, ClusterUnreachable } from '../clouds/cluster.ts';
import type { Clock } from '../outside/clock.ts';
import type { Invocation } from '../outside/outside.ts';
import { digestOf } from '../rollout/digest.ts';
import type { ObjectId } from '../rollout/plan.ts';
import { type Answer, ApiServerRefused, ask } from './api-requests.ts';
import { assessRefusal } from './assess-refusal.ts';
import { fieldManager, version } from './manager.ts';

/** Asked right before every write: `undefined` lets it pass, a sentence stops the slice and says why. */
export type Guard = () => Promise<string | undefined>;

type WriteVerb = 'apply' | 'delete' | 'evict' | 'create' | 'start' | 'suspend';

/** The record of writes: the intent stands before the request leaves, the outcome when it is known. */
export interface Journal {
  /** Returns the id of the intent, which goes into the request's User-Agent. `hash` is that of the body. */
  intent(write: { readonly id: ObjectId; readonly verb: WriteVerb; readonly hash?: Digest }): Promise<string>;
  /** `unknown`: the reply was lost and the target could not be read either. */
  outcome(
    intent: string,
    outcome: { readonly status: 'done' | 'unknown' | 'refused'; readonly code?: number; readonly because?: string },
  ): Promise<void>;
}

/** What writing to one target takes. */
export interface Writing {
  readonly cluster: Cluster;
  readonly guard: Guard;
  readonly journal: Journal;
  /** Fencing token of this attempt; goes onto objects that are written anyway. Absent where no lease is held. */
  readonly fence?: number;
  readonly clock: Clock;
  readonly invocation: Invocation;
  /** Digest of the plan that is carried out, for the API server's audit log. */
  readonly plan: Digest;
}

export interface WriteRequest {
  readonly id: ObjectId;
  readonly verb: WriteVerb;
  readonly path: string;
  readonly method: 'PATCH' | 'DELETE' | 'POST';
  readonly contentType: string;
  readonly body: string;
  /** Reads the target after a lost reply: the answer as it would have been when the write was made, else `undefined`. */
  readonly readBack: () => Promise<Answer | undefined>;
}

/** How a write ended. `later`: time is up, or the server asks to wait longer than there is time. */
export type Written =
  | { readonly status: 'answered'; readonly answer: Answer }
  | { readonly status: 'stopped'; readonly because: string }
  | { readonly status: 'later'; readonly retryAfterSeconds: number; readonly because: string };

/** Time kept free at the end of a slice for the answer of a last request and the return. */
const reserveMs = 3000;
const attempts = 6;
const longestWaitMs = 10_000;

/** Epoch milliseconds: after it no request of this slice is begun. */
export const lastMoment = ({ invocation }: Pick<Writing, 'invocation'>): number => invocation.deadline - reserveMs;

/** Whether another request may be begun in this slice. */
export const hasTime = ({ clock, invocation }: Pick<Writing, 'clock' | 'invocation'>, ms = 0): boolean =>
  !invocation.signal.aborted && clock.now() + ms < lastMoment({ invocation });

/**
 * Makes one write: guard, intent, request, outcome, each attempt anew. Attempts are repeated only where the server was in trouble
 * or busy (429 and its Retry-After, 5xx, webhooks, leader changes, quota contention), with growing waits; every other answer is
 * the caller's. A lost reply is resolved by reading the target before anything else happens.
 * @throws ClusterUnreachable when the outcome stays unknown; AccessRefused.
 */
export const write = async (writing: Writing, request: WriteRequest): Promise<Written> => {
  for (let attempt = 1; ; attempt++) {
    if (!hasTime(writing)) return { status: 'later', retryAfterSeconds: 0, because: 'the time of this slice is up' };
    const stop = await writing.guard();
    if (stop !== undefined) return { status: 'stopped', because: stop };
    const answer = await attemptWrite(writing, request);
    if (answer?.ok) return { status: 'answered', answer };
    if (answer !== undefined && (assessRefusal(answer.refused) !== 'again' || attempt >= attempts)) {
      return { status: 'answered', answer };
    }
    const asked = answer?.refused.retryAfterSeconds;
    const waitMs = asked === undefined ? Math.min(500 * 2 ** attempt, longestWaitMs) : asked * 1000;
    if (!hasTime(writing, waitMs)) {
      const because = answer === undefined ? 'the reply was lost' : `the API server answered ${answer.refused.message}`;
      return { status: 'later', retryAfterSeconds: Math.ceil(waitMs / 1000), because };
    }
    await writing.clock.sleep(waitMs, writing.invocation.signal);
  }
};

/** One attempt; `undefined` when the reply was lost and the target shows that nothing was written. */
const attemptWrite = async (writing: Writing, request: WriteRequest): Promise<Answer | undefined> => {
  const { cluster, journal, invocation, fence, plan } = writing;
  const { id, verb, path, method, contentType, body } = request;
  const intent = await journal.intent({ id, verb, hash: digestOf(body) });
  try {
    const answer = await ask(cluster, path, {
      method,
      headers: {
        'content-type': contentType,
        'user-agent': `${fieldManager}/${version} (intent=${intent}; token=${fence ?? 'none'}; plan=${plan})`,
      },
      body,
      signal: invocation.signal,
    });
    await journal.outcome(intent, outcomeOf(answer));
    return answer;
  } catch (error) {
    if (!(error instanceof ClusterUnreachable)) {
      await journal.outcome(intent, {
        status: invocation.signal.aborted ? 'unknown' : 'refused',
        because: nameOf(error),
      });
      throw error;
    }
    return readBack(writing, request, intent);
  }
};

const readBack = async ({ journal }: Writing, request: WriteRequest, intent: string): Promise<Answer | undefined> => {
  try {
    const answer = await request.readBack();
    const found = answer === undefined ? 'the target shows no write' : 'the target shows the write';
    await journal.outcome(intent, {
      status: answer === undefined ? 'refused' : 'done',
      because: `the reply was lost; ${found}`,
    });
    return answer;
  } catch (error) {
    await journal.outcome(intent, { status: 'unknown', because: 'the reply was lost and the target does not answer' });
    throw error;
  }
};

const outcomeOf = (answer: Answer): Parameters<Journal['outcome']>[1] =>
  answer.ok ? { status: 'done' } : { status: 'refused', code: answer.refused.code, because: answer.refused.reason };

/** Whether a failure is the cluster's or the way's to it, so that work on it can be reported as failed; ours is none of these. */
export const isClusterTrouble = (error: unknown): error is Error =>
  error instanceof ClusterUnreachable || error instanceof AccessRefused || error instanceof ApiServerRefused;

/** Whether nothing came of a request: neither an answer nor a refusal. */
export const isUnreachable = (error: unknown): error is Error => error instanceof ClusterUnreachable;

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown error');
