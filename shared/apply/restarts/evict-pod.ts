import { getObject } from '../api-requests.ts';
import type { LiveObject } from '../live-object.ts';
import { objectId } from '../object-id.ts';
import { type Writing, type Written, write } from '../writing.ts';

/**
 * Asks the API server to evict exactly this pod as it was read (its uid and resourceVersion are preconditions, so that a request that
 * comes late takes no pod that has moved since), which it does within the pod's disruption budgets. A pod that is gone or going counts as
 * evicted; twice is safe.
 */
export const evictPod = (
  writing: Writing,
  { metadata: { name, namespace = '', uid, resourceVersion } }: LiveObject,
): Promise<Written> => {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`;
  return write(writing, {
    id: objectId({ group: '', kind: 'Pod', namespace, name }),
    verb: 'evict',
    path: `${path}/eviction`,
    method: 'POST',
    contentType: 'application/json',
    body: JSON.stringify({
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name, namespace },
      deleteOptions: { preconditions: { uid, resourceVersion } },
    }),
    preconditions: { uid, resourceVersion },
    readBack: async () => {
      const found = await getObject(writing.cluster, path, writing.invocation.signal);
      const isGoing = found?.metadata.uid !== uid || found.metadata.deletionTimestamp !== undefined;
      return isGoing ? { ok: true, body: {} } : undefined;
    },
  });
};
