import type { Digest } from '../../blobs/blobs.ts';
import type { Cluster } from '../../clouds/cluster.ts';
import type { JobRecord } from '../../rollout/jobs.ts';
import type { RenderedTarget } from '../../rollout/release.ts';
import { ApiServerRefused, ask } from '../api-requests.ts';
import { applyQuery } from '../apply-request.ts';
import { assessRefusal } from '../assess-refusal.ts';
import type { ComparedTarget } from '../compare-target.ts';
import { type DesiredJob, resolveDesired } from '../desired.ts';
import { discover, pathOf } from '../discovery.ts';
import { explainRefusal } from '../explain-refusal.ts';
import { inFlight } from '../in-flight.ts';
import type { LiveObject } from '../live-object.ts';
import { targetAnnotation } from '../manager.ts';
import { identityOf } from '../object-id.ts';
import { list } from '../read-live.ts';
import type { Refusal } from '../refusals.ts';
import { jobLabel, jobManifest } from './job-manifest.ts';
import { type PlanningJobs, planJobs, type ReleaseJobs } from './plan-jobs.ts';

/** A release that is taken back from a target. */
export interface TakenBack {
  readonly release: Digest;
  readonly digest: Digest;
  readonly rendered: RenderedTarget;
  readonly records: readonly JobRecord[];
}

/** What planning knows of jobs beside the target itself. */
export interface JobRules {
  /** How far the jobs of the release are; absent where an older release comes back. */
  readonly records?: readonly JobRecord[];
  /** Newest first. */
  readonly takenBack: readonly TakenBack[];
  /** For jobs that state no deadline. */
  readonly withinMs: number;
}

export interface JobsPlace {
  readonly cluster: Cluster;
  readonly target: string;
  readonly namespace: string;
  readonly signal: AbortSignal;
}

/**
 * The jobs of a compared target, planned. The Jobs that run are tried by a dry run where their namespace is there; those of earlier
 * releases are listed, one request for each namespace. A target without jobs costs nothing.
 * @throws ClusterUnreachable, AccessRefused, ApiServerRefused.
 */
export const readJobs = async (
  { jobs, hasNamespace }: Pick<ComparedTarget, 'jobs' | 'hasNamespace'>,
  { release, digest }: { readonly release: Digest; readonly digest: Digest },
  { records, takenBack, withinMs }: JobRules,
  place: JobsPlace,
): Promise<ReturnType<typeof planJobs>> => {
  const brought = records === undefined ? {} : { brought: { release, rendered: digest, jobs, records } };
  const back = await Promise.all(takenBack.map((each) => resolveTakenBack(each, place)));
  const running = [...(records === undefined ? [] : jobs), ...back.flatMap((each) => each.jobs)];
  const given: PlanningJobs = {
    ...brought,
    takenBack: back,
    withinMs,
    live: hasNamespace ? await listJobs(running, place) : [],
  };
  const planned = planJobs(given);
  if ('refusals' in planned || planned.jobs === undefined || !hasNamespace) return planned;
  const { runs } = planned.jobs;
  const tried = await inFlight(runs, async (run): Promise<readonly Refusal[]> => {
    const job = jobs.find(({ manifest, service }) => manifest.metadata.name === run.name && service === run.service);
    if (job === undefined || run.release !== release || !job.isServed) return [];
    const manifest = jobManifest(job, run, place);
    const { metadata } = manifest;
    const collection = pathOf(job.served, metadata.namespace ?? '');
    const answer = await ask(place.cluster, `${collection}?${applyQuery()}&dryRun=All`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(manifest),
      signal: place.signal,
    });
    // Where it is there already an earlier attempt has got so far; where its own namespace is to come, nothing can be tried.
    if (answer.ok) return [];
    const meaning = assessRefusal(answer.refused);
    if (meaning === 'again') throw new ApiServerRefused(place.target, `dry run of Job ${run.name}`, answer.refused);
    if (meaning === 'stale' || meaning === 'namespace-missing') return [];
    return [explainRefusal(identityOf(manifest), answer.refused)];
  });
  const refusals = tried.flat();
  return refusals.length > 0 ? { refusals } : planned;
};

/** The jobs of a release that is taken back, as far as the API server still serves their kind. */
const resolveTakenBack = async (
  { release, digest, rendered, records }: TakenBack,
  { cluster, namespace, signal }: JobsPlace,
): Promise<ReleaseJobs> => {
  const { jobs } = resolveDesired(rendered, await discover(cluster, signal), namespace);
  return { release, rendered: digest, jobs, records };
};

/** The Jobs there are of these jobs, of any release. Of this target only: two may share a cluster and a namespace. */
export const listJobs = async (
  jobs: readonly DesiredJob[],
  { cluster, target, signal }: JobsPlace,
): Promise<readonly LiveObject[]> => {
  const served = { group: 'batch', version: 'v1', kind: 'Job' };
  const places = jobs.map(({ served: kind, manifest }) => pathOf(kind, manifest.metadata.namespace ?? ''));
  const selector = encodeURIComponent(jobLabel);
  const found = await inFlight([...new Set(places)].sort(), (path) =>
    list(cluster, served, `${path}?labelSelector=${selector}`, signal),
  );
  return found.flat().filter(({ metadata }) => metadata.annotations?.[targetAnnotation] === target);
};
