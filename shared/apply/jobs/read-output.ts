import type { Cluster } from '../../clouds/cluster.ts';
import { brief } from '../../rollout/outcome.ts';
import { textAt } from '../fields.ts';
import { inFlight } from '../in-flight.ts';
import type { LiveObject } from '../live-object.ts';
import { list } from '../read-live.ts';
import { selectorOf } from '../settle/newest-pods.ts';
import { podContainers } from '../settle/pod-containers.ts';
import { readableText } from '../settle/readable-text.ts';
import type { JobOutput } from './job-log.ts';

/** Pods whose logs are kept, the newest: a Job that is tried again and again has as many as its back-off limit. */
const podsKept = 10;
/** Of each container. 256 KiB hold them, or the end of them: the blob of a Job stays within some MB. */
const linesKept = 2000;
const bytesKept = 2 ** 18;

const pods = { group: '', version: 'v1', kind: 'Pod' };

/**
 * The end of what the containers of a Job wrote, oldest pod first. What can no longer be had is left out: the Job has ended, whether its
 * words are kept or not. @throws ClusterUnreachable, AccessRefused, ApiServerRefused when its pods can not be listed.
 */
export const readOutput = async (
  live: LiveObject,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<readonly JobOutput[]> => {
  const selector = selectorOf(live);
  if (selector === undefined) return [];
  const namespace = encodeURIComponent(live.metadata.namespace ?? '');
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const found = await list(cluster, pods, `${path}?labelSelector=${encodeURIComponent(selector)}`, signal);
  const kept = found.toSorted(byAge).slice(-podsKept);
  const containers = kept.flatMap((pod) => podContainers(pod).map(({ name }) => ({ pod: pod.metadata.name, name })));
  const outputs = await inFlight(containers, async ({ pod, name }): Promise<JobOutput> => {
    const query = `container=${encodeURIComponent(name)}&tailLines=${linesKept}&limitBytes=${bytesKept}`;
    const response = await cluster.request(`${path}/${encodeURIComponent(pod)}/log?${query}`, { signal });
    const text = await response.text();
    const lines = response.ok ? text.trimEnd().split(/\r?\n/).slice(-linesKept) : [];
    return { pod, container: name, lines: lines.map((line) => brief(readableText(line))) };
  });
  return outputs.filter(({ lines }) => lines.some((line) => line !== ''));
};

const byAge = (a: LiveObject, b: LiveObject): number => {
  const age = (pod: LiveObject) => `${textAt(pod, 'metadata', 'creationTimestamp') ?? ''} ${pod.metadata.name}`;
  return age(a) < age(b) ? -1 : 1;
};
