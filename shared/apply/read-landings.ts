import type { Cluster } from '../clouds/cluster.ts';
import type { RenderedTarget } from '../rollout/release.ts';
import { assessLanding, type Landing } from './assess-landing.ts';
import { findDoom, newestPods } from './assess-pods.ts';
import { resolveDesired } from './desired.ts';
import { discover } from './discovery.ts';
import { inFlight } from './in-flight.ts';
import { readDesired, readSets } from './read-live.ts';
import { readOwned } from './read-pods.ts';
import type { Progress } from './slice.ts';

/** What was applied, and where. */
export interface Applied {
  readonly rendered: RenderedTarget;
  readonly namespace: string;
  readonly progress: Progress;
}

/** An object since it was applied, with what its newest pods say where it is not ready. */
export interface Judged extends Landing {
  readonly doom?: ReturnType<typeof findDoom>;
}

/**
 * What has become of every object of a set: one LIST per kind and namespace, and the pods of workloads that are not ready. Reads
 * only.
 */
export const readLandings = async (
  { rendered, namespace, progress }: Applied,
  cluster: Cluster,
  now: number,
  signal: AbortSignal,
): Promise<readonly Judged[]> => {
  const discovery = await discover(cluster, signal);
  const { objects } = resolveDesired(rendered, discovery, namespace);
  const services = rendered.services.map(({ service }) => service);
  const { members } = await readSets(cluster, discovery, { target: rendered.target, namespace, services }, signal);
  const live = await readDesired(cluster, objects, members, signal);
  return inFlight(
    objects.map(({ id, served }) => assessLanding(id, live.get(id), progress[id], now, served)),
    (landing) => judgeLanding(landing, cluster, now, signal),
  );
};

/** A landing that is not ready, judged by its newest pods too. */
export const judgeLanding = async (
  landing: Landing,
  cluster: Cluster,
  now: number,
  signal: AbortSignal,
): Promise<Judged> => {
  const { live } = landing;
  if (landing.settled.status === 'ready' || live === undefined || landing.isStale) return landing;
  const doom = findDoom(newestPods(live, await readOwned(cluster, live, signal)), now, live.kind === 'Job');
  if (doom === undefined) return landing;
  const message = `pod ${doom.pod.metadata.name}: ${doom.message}`;
  return { ...landing, doom, settled: { status: 'failed', reason: doom.reason, message } };
};
