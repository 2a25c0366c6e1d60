import { assessSettled } from '../../../shared/apply/assess-settled.ts';
import type { LiveObject } from '../../../shared/apply/live-object.ts';
import { isWrite, type RecordedCluster, recordCluster } from '../rehearsal.ts';
import type { Server } from '../server.ts';

/** One write of a workload, and how all workloads of the namespace were when it was made. */
export interface WorkloadWrite {
  readonly at: number;
  /** `deployments/web`. */
  readonly workload: string;
  readonly sent: LiveObject;
  /** Workloads that were not settled then, this one among them. */
  readonly unsettled: readonly string[];
}

const kinds = ['deployments', 'statefulsets', 'daemonsets'];

/** A cluster that looks around before each write of a workload. */
export const watchRestarts = (
  server: Server,
  namespace: string,
): { readonly cluster: RecordedCluster; readonly writes: WorkloadWrite[] } => {
  const writes: WorkloadWrite[] = [];
  const unsettled = async (): Promise<readonly string[]> => {
    const found = await Promise.all(
      kinds.map(async (kind) => {
        const answer = await server.request(`/apis/apps/v1/namespaces/${namespace}/${kind}`);
        const { items } = (await answer.json()) as { readonly items: readonly LiveObject[] };
        const kindOf = { deployments: 'Deployment', statefulsets: 'StatefulSet', daemonsets: 'DaemonSet' }[kind] ?? '';
        return items
          .map((item) => ({ ...item, apiVersion: 'apps/v1', kind: kindOf }))
          .filter((item) => assessSettled(item, server.clock.now()).status !== 'ready')
          .map((item) => item.metadata.name);
      }),
    );
    return found.flat().sort();
  };
  const cluster = recordCluster(async (path, init) => {
    const place = /\/(deployments|statefulsets|daemonsets)\/([^/?]+)/.exec(path);
    const asked = { method: init?.method ?? 'GET', path, userAgent: '' };
    if (place === null || !isWrite(asked) || init?.method === 'DELETE') return server.request(path, init);
    const around = await unsettled();
    writes.push({
      at: server.clock.now(),
      workload: `${place[1]}/${place[2]}`,
      sent: JSON.parse(String(init?.body)),
      unsettled: around,
    });
    return server.request(path, init);
  });
  return { cluster, writes };
};
