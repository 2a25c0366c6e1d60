import type { Digest } from '../blobs/blobs.ts';
import { AccessRefused, type Cluster, ClusterUnreachable } from '../clouds/cluster.ts';
import type { Clock } from '../outside/clock.ts';
import type { Invocation } from '../outside/outside.ts';
import { digestOf } from '../rollout/digest.ts';
import type { FenceStanding } from '../rollout/fence.ts';
import type { ObjectId } from '../rollout/plan.ts';
import { type Answer, ApiServerRefused, ask } from './api-requests.ts';
import type { PendingWrite } from './assess-open-write.ts';
import { assessRefusal, mayHaveWritten } from './assess-refusal.ts';
import { DiscoveryMissing } from './discovery.ts';
import { fenceRefusal, isFenceRefusal } from './fence-policy.ts';
import { fieldManager, version } from './manager.ts';
import { spoken } from './object-id.ts';
import type { Preconditions } from './preconditions.ts';

/** Asked right before every write: `undefined` lets it pass, a sentence stops the slice and says why. */
export type Guard = () => Promise<string | undefined>;

type WriteVerb = 'apply' | 'delete' | 'evict';

/** A write as the journal has it. */
export interface WriteEntry {
  readonly id: ObjectId;
  readonly verb: WriteVerb;
  /** Of the API, without query. */
  readonly path: string;
  /** Of the body. */
  readonly hash: Digest;
  /** Absent for a create. */
  readonly preconditions?: Preconditions;
  /** The object will not carry the token of this write: it changes who owns what, or another object's token. */
  readonly isBare?: true;
  /** Id of the set that the object is a member of. */
  readonly set?: string;
}

/** How a write ended. */
export interface WriteOutcome {
  readonly status: 'done' | 'unknown' | 'refused';
  readonly code?: number;
  readonly because?: string;
  /** The request never left. */
  readonly isSent?: false;
}

/** The record of writes: the intent stands before the request leaves, the outcome when it is known. */
export interface Journal {
  /** Returns the id of the intent, which goes into the request's User-Agent. */
  intent(write: WriteEntry): Promise<string>;
  /**
   * How it ended, of this attempt's writes or of an earlier one's; the first outcome counts. None is given where the reply was lost and
   * the target could not be read: the next attempt finds out. `unknown`: nobody can, and it can no longer arrive.
   */
  outcome(intent: string, outcome: WriteOutcome): Promise<void>;
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
  /** Writes of earlier attempts that may still arrive. */
  readonly pending?: readonly PendingWrite[];
  /** The lease was somebody else's, who did not give it back: that one may not know yet. */
  readonly isTakenOver?: boolean;
  /** What the API server does about stale writers; asked at most once. Absent where no lease is held. */
  readonly fencing?: () => Promise<FenceStanding | undefined>;
}

export interface WriteRequest {
  readonly id: ObjectId;
  readonly verb: WriteVerb;
  readonly path: string;
  readonly method: 'PATCH' | 'DELETE' | 'POST';
  readonly contentType: string;
  readonly body: string;
  /** What the request says of the object it is about; absent where it creates one. */
  readonly preconditions?: Preconditions;
  readonly isBare?: true;
  readonly set?: string;
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
 * Makes one write: intent, guard, request, outcome, each attempt anew. The guard is asked after the intent stands: of two attempts
 * either this one sees that the right to write has gone, or the other one sees what may still arrive of this one. Attempts are
 * repeated only where the server was in trouble or busy (429 and its Retry-After, 5xx, webhooks, leader changes, quota contention), with
 * growing waits; every other answer is the caller's, but for the fence's, which stops. A lost reply, and an answer that does not tell
 * whether the write was made (`mayHaveWritten`), is resolved by reading the target before anything else happens.
 * @throws ClusterUnreachable when the outcome stays unknown; AccessRefused.
 */
export const write = async (writing: Writing, request: WriteRequest): Promise<Written> => {
  const lost: string[] = [];
  for (let attempt = 1; ; attempt++) {
    if (!hasTime(writing)) return { status: 'later', retryAfterSeconds: 0, because: 'the time of this slice is up' };
    const sent = await attemptWrite(writing, request);
    if (sent.is === 'stopped') return { status: 'stopped', because: sent.because };
    if (sent.is === 'landed') return { status: 'answered', answer: sent.answer };
    if (sent.is === 'lost') lost.push(sent.intent);
    const { answer } = sent;
    if (sent.is === 'answered') await closeLost(writing, request, lost.splice(0), sent.answer);
    if (answer?.ok) return { status: 'answered', answer };
    if (answer !== undefined && isFenceRefusal(answer.refused.message)) {
      return { status: 'stopped', because: `${spoken(request.id)}: ${fenceRefusal(answer.refused.message)}` };
    }
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

/**
 * What came of one attempt. `landed`: the reply was lost, and the target shows the write. `lost`: it does not, or not yet; with what was
 * answered where anything was.
 */
type Sent =
  | { readonly is: 'answered' | 'landed'; readonly answer: Answer }
  | { readonly is: 'lost'; readonly intent: string; readonly answer: (Answer & { readonly ok: false }) | undefined }
  | { readonly is: 'stopped'; readonly because: string };

const attemptWrite = async (writing: Writing, request: WriteRequest): Promise<Sent> => {
  const { cluster, journal, invocation, fence, plan } = writing;
  const { path, method, contentType, body } = request;
  await cluster.turn?.(invocation.signal);
  const intent = await journal.intent(entryOf(request));
  const stop = await writing.guard();
  if (stop !== undefined) {
    await journal.outcome(intent, { status: 'refused', isSent: false, because: `not sent: ${stop}` });
    return { is: 'stopped', because: stop };
  }
  let answer: Answer;
  try {
    answer = await ask(cluster, path, {
      method,
      headers: {
        'content-type': contentType,
        'user-agent': `${fieldManager}/${version} (intent=${intent}; token=${fence ?? 'none'}; plan=${plan})`,
      },
      body,
      signal: invocation.signal,
    });
  } catch (error) {
    if (error instanceof ClusterUnreachable) return readBack(writing, request, intent, undefined);
    // Of a request that was ended half way nobody knows; the next attempt finds out.
    if (!invocation.signal.aborted) await journal.outcome(intent, { status: 'refused', because: nameOf(error) });
    throw error;
  }
  if (!answer.ok && mayHaveWritten(answer.refused)) return readBack(writing, request, intent, answer);
  await journal.outcome(intent, outcomeOf(answer));
  return { is: 'answered', answer };
};

/** Without its query, and of the object rather than of its subresource. */
const readable = (path: string): string => (path.split('?')[0] ?? path).replace(/\/eviction$/, '');

const entryOf = ({ id, verb, path, body, preconditions, isBare, set }: WriteRequest): WriteEntry => ({
  id,
  verb,
  path: readable(path),
  hash: digestOf(body),
  ...(preconditions === undefined
    ? {}
    : { preconditions: { uid: preconditions.uid, resourceVersion: preconditions.resourceVersion } }),
  ...(isBare === undefined ? {} : { isBare }),
  ...(set === undefined ? {} : { set }),
});

/**
 * Where the target does not answer either, the intent stays open, and the next attempt finds out. A server that has answered the write
 * and has trouble with reading the object, too, is tried again as it would have been without.
 */
const readBack = async (
  { journal }: Writing,
  request: WriteRequest,
  intent: string,
  said: (Answer & { readonly ok: false }) | undefined,
): Promise<Sent> => {
  const answer = await request.readBack().catch((error: unknown) => {
    if (said === undefined || !(error instanceof ApiServerRefused)) throw error;
    return undefined;
  });
  if (answer === undefined) return { is: 'lost', intent, answer: said };
  await journal.outcome(intent, { status: 'done', because: 'the reply was lost; the target shows the write' });
  return { is: 'landed', answer };
};

/**
 * A write that was lost can no longer arrive once a later one was answered: that one has moved the object, or found it moved. Where it
 * was found moved, the target says by whom.
 */
const closeLost = async (
  { journal }: Writing,
  request: WriteRequest,
  lost: readonly string[],
  answer: Answer,
): Promise<void> => {
  if (lost.length === 0) return;
  const isMoved = !answer.ok && assessRefusal(answer.refused) === 'stale';
  if (!answer.ok && !isMoved) return;
  const isDone = isMoved && (await request.readBack()) !== undefined;
  for (const intent of lost) {
    await journal.outcome(
      intent,
      isDone
        ? { status: 'done', because: 'the reply was lost; the target shows the write' }
        : { status: 'refused', because: 'the reply was lost; the target shows no write, and was written to since' },
    );
  }
};

const outcomeOf = (answer: Answer): Parameters<Journal['outcome']>[1] =>
  answer.ok ? { status: 'done' } : { status: 'refused', code: answer.refused.code, because: answer.refused.reason };

/** Whether a failure is the cluster's or the way's to it, so that work on it can be reported as failed; ours is none of these. */
export const isClusterTrouble = (error: unknown): error is Error =>
  error instanceof ClusterUnreachable ||
  error instanceof AccessRefused ||
  error instanceof ApiServerRefused ||
  error instanceof DiscoveryMissing;

/** Whether trouble may be over at another attempt; that a cluster does not know us, or is too old, is not. */
export const mayPass = (trouble: Error): boolean =>
  isClusterTrouble(trouble) && !(trouble instanceof AccessRefused) && !(trouble instanceof DiscoveryMissing);

/** Whether nothing came of a request: neither an answer nor a refusal. */
export const isUnreachable = (error: unknown): error is Error => error instanceof ClusterUnreachable;

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown error');
