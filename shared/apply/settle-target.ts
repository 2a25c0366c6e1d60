import type { Cluster } from '../clouds/cluster.ts';
import type { Clock } from '../outside/clock.ts';
import type { Invocation } from '../outside/outside.ts';
import { brief, type InProgress } from '../rollout/outcome.ts';
import type { RenderedTarget } from '../rollout/release.ts';
import { gatherEvidence } from './gather-evidence.ts';
import { spoken } from './object-id.ts';
import { type Judged, readLandings } from './read-landings.ts';
import type { Evidence } from './read-pods.ts';
import type { Progress } from './slice.ts';

export interface SettleInput {
  readonly rendered: RenderedTarget;
  readonly namespace: string;
  /** What applying returned: only for these uids and generations is anything taken as settled. */
  readonly progress: Progress;
  /** Epoch milliseconds: when the wait began, and when it is over. */
  readonly since: number;
  readonly until: number;
}

export type SettleResult =
  | { readonly status: 'settled' }
  | InProgress
  | { readonly status: 'failed'; readonly because: string; readonly evidence: readonly Evidence[] };

/** Looks follow each other the faster the less time has passed: most of what settles does so within seconds. */
const pollMs = (waitedMs: number): number => Math.min(Math.max(250, waitedMs / 2), 2000);
/** Kept free for the last look and the return. */
const reserveMs = 5000;

/**
 * Whether the target has become what was applied. Looks at once and again, at most 2 s later, until it has, has failed, or the invocation
 * ends; nothing is kept between invocations but the input. A workload fails as soon as a pod of its newest state is doomed, long
 * before its progress deadline, with the pod's warnings and the last lines of its log as evidence; an object fails that
 * is gone or was replaced since it was applied; whatever is not settled at `until` fails. Reads only.
 * @throws ClusterUnreachable, AccessRefused, ApiServerRefused when the target can not be read; the same call again is safe.
 */
export const settleTarget = async (
  input: SettleInput,
  { cluster, clock }: { readonly cluster: Cluster; readonly clock: Clock },
  invocation: Invocation,
): Promise<SettleResult> => {
  const began = clock.now();
  for (;;) {
    const result = await look(input, cluster, clock.now(), invocation.signal);
    const waitMs = pollMs(clock.now() - began);
    const mayWait = clock.now() + waitMs < invocation.deadline - reserveMs && !invocation.signal.aborted;
    if (result.status !== 'in-progress' || !mayWait) return result;
    await clock.sleep(waitMs, invocation.signal);
  }
};

const look = async (input: SettleInput, cluster: Cluster, now: number, signal: AbortSignal): Promise<SettleResult> => {
  const { rendered } = input;
  const landings = await readLandings(input, cluster, now, signal);
  const judged = landings.filter(({ settled }) => settled.status !== 'ready');
  if (judged.length === 0) return { status: 'settled' };
  const lost = judged.filter(({ settled }) => settled.status !== 'in-progress');
  if (lost.length > 0) return fail(`${rendered.target}: ${sentence(lost)}`, lost, cluster, signal);
  if (now >= input.until) {
    const seconds = Math.round((input.until - input.since) / 1000);
    return fail(`${rendered.target}: not settled within ${seconds} s: ${sentence(judged)}`, judged, cluster, signal);
  }
  const since = new Date(input.since).toISOString();
  return {
    status: 'in-progress',
    retryAfterSeconds: 2,
    because: brief(`waiting for ${sentence(judged)} since ${since}`),
  };
};

const sentence = (judged: readonly Judged[]): string => {
  const [first] = judged;
  if (first === undefined) return '';
  const more = judged.length > 1 ? ` and ${judged.length - 1} more` : '';
  return `${spoken(first.id)} (${first.settled.reason}: ${brief(first.settled.message, 300)})${more}`;
};

const fail = async (
  because: string,
  judged: readonly Judged[],
  cluster: Cluster,
  signal: AbortSignal,
): Promise<SettleResult> => {
  return { status: 'failed', because: brief(because), evidence: await gatherEvidence(judged, cluster, signal) };
};
