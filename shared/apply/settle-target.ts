import type { Cluster } from '../clouds/cluster.ts';
import type { Clock } from '../outside/clock.ts';
import type { Invocation } from '../outside/outside.ts';
import { brief, type InProgress } from '../rollout/outcome.ts';
import type { RenderedTarget } from '../rollout/release.ts';
import { assessLanding, type Landing } from './assess-landing.ts';
import { findDoom, newestPods } from './assess-pods.ts';
import { resolveDesired } from './desired.ts';
import { discover } from './discovery.ts';
import { inFlight } from './in-flight.ts';
import type { LiveObject } from './live-object.ts';
import { spoken } from './object-id.ts';
import { readDesired, readSets } from './read-live.ts';
import { type Evidence, readLogs, readOwned, readWarnings } from './read-pods.ts';
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
/** Objects whose evidence is gathered; the others fail for the same reason more often than not. */
const evidenceShown = 5;

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
  const { rendered, namespace, progress } = input;
  const discovery = await discover(cluster, signal);
  const { objects } = resolveDesired(rendered, discovery, namespace);
  const services = rendered.services.map(({ service }) => service);
  const { members } = await readSets(cluster, discovery, { target: rendered.target, namespace, services }, signal);
  const live = await readDesired(cluster, objects, members, signal);
  const landings = objects.map(({ id, served }) => assessLanding(id, live.get(id), progress[id], now, served));
  const judged = await inFlight(
    landings.filter(({ settled }) => settled.status !== 'ready'),
    (landing) => judge(landing, cluster, now, signal),
  );
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

interface Judged extends Landing {
  readonly doom?: ReturnType<typeof findDoom>;
}

/** An object that is not ready, with what its newest pods say. */
const judge = async (landing: Landing, cluster: Cluster, now: number, signal: AbortSignal): Promise<Judged> => {
  const { live } = landing;
  if (live === undefined || landing.isStale) return landing;
  const doom = findDoom(newestPods(live, await readOwned(cluster, live, signal)), now, live.kind === 'Job');
  if (doom === undefined) return landing;
  const message = `pod ${doom.pod.metadata.name}: ${doom.message}`;
  return { ...landing, doom, settled: { status: 'failed', reason: doom.reason, message } };
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
  const evidence = await inFlight(judged.slice(0, evidenceShown), (each) => gather(each, cluster, signal));
  return { status: 'failed', because: brief(because), evidence };
};

const gather = async (
  { id, live, doom, settled }: Judged,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<Evidence> => {
  const subject: LiveObject | undefined = doom?.pod ?? live;
  return {
    object: id,
    reason: brief(`${settled.reason}: ${settled.message}`),
    events: subject === undefined ? [] : await readWarnings(cluster, subject, signal),
    logs: doom === undefined ? [] : await readLogs(cluster, doom, signal),
  };
};
