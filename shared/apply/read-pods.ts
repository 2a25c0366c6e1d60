import type { Cluster } from '../clouds/cluster.ts';
import { brief } from '../rollout/outcome.ts';
import { type Doom, selectorOf } from './assess-pods.ts';
import { numberAt, textAt } from './fields.ts';
import type { LiveObject } from './live-object.ts';
import { list } from './read-live.ts';

/** Why an object failed, with what the cluster itself says of it. For a blob; lines are cut at 500 characters. */
export interface Evidence {
  /** Of the object that was applied; the pod it failed by is named in `reason`. */
  readonly object: string;
  readonly reason: string;
  readonly events: readonly string[];
  readonly logs: readonly string[];
}

/** The pods and ReplicaSets that a workload's selector finds; none for a kind without pods. */
export const readOwned = async (
  cluster: Cluster,
  workload: LiveObject,
  signal: AbortSignal,
): Promise<{ readonly pods: readonly LiveObject[]; readonly replicaSets: readonly LiveObject[] }> => {
  const selector = workload.kind === 'Pod' ? undefined : selectorOf(workload);
  if (selector === undefined) return { pods: [], replicaSets: [] };
  const inNamespace = `namespaces/${encodeURIComponent(workload.metadata.namespace ?? '')}`;
  const query = `labelSelector=${encodeURIComponent(selector)}`;
  const pods = { group: '', version: 'v1', kind: 'Pod' };
  const sets = { group: 'apps', version: 'v1', kind: 'ReplicaSet' };
  return {
    pods: await list(cluster, pods, `/api/v1/${inNamespace}/pods?${query}`, signal),
    replicaSets:
      workload.kind === 'Deployment'
        ? await list(cluster, sets, `/apis/apps/v1/${inNamespace}/replicasets?${query}`, signal)
        : [],
  };
};

const eventsShown = 10;
const logLines = 20;

/** The newest warnings about an object, newest last. */
export const readWarnings = async (
  cluster: Cluster,
  { kind, metadata: { namespace = '', name } }: LiveObject,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const selector = encodeURIComponent(`involvedObject.kind=${kind},involvedObject.name=${name}`);
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace || 'default')}/events?fieldSelector=${selector}`;
  const events = await list(cluster, { group: '', version: 'v1', kind: 'Event' }, path, signal);
  return events
    .filter((event) => event.type === 'Warning' && textAt(event, 'involvedObject', 'name') === name)
    .map((event) => ({
      at: textAt(event, 'lastTimestamp') ?? textAt(event, 'eventTime') ?? event.metadata.creationTimestamp ?? '',
      line: `${textAt(event, 'reason')}: ${textAt(event, 'message')} (${numberAt(event, 'count') ?? 1} times)`,
    }))
    .sort((a, b) => (a.at === b.at ? (a.line < b.line ? -1 : 1) : a.at < b.at ? -1 : 1))
    .slice(-eventsShown)
    .map(({ at, line }) => brief(`${at} ${line}`));
};

/**
 * The last 20 lines that a doomed container wrote: of the run that crashed, or of the running one where that log is gone. None where
 * no container has run, or where the log can not be had: it is evidence, not a condition.
 */
export const readLogs = async (cluster: Cluster, doom: Doom, signal: AbortSignal): Promise<readonly string[]> => {
  if (doom.container === undefined) return [];
  const { namespace = '', name } = doom.pod.metadata;
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/log`;
  for (const previous of ['&previous=true', '']) {
    const query = `container=${encodeURIComponent(doom.container)}&tailLines=${logLines}${previous}`;
    const response = await cluster.request(`${path}?${query}`, { signal });
    const text = await response.text();
    if (response.ok && text !== '')
      return text
        .trimEnd()
        .split('\n')
        .slice(-logLines)
        .map((line) => brief(line));
  }
  return [];
};
