import type { LiveObject } from '../../../shared/apply/live-object.ts';
import { assessSettled } from '../../../shared/apply/settled/assess-settled.ts';
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

/** A pod as it was made. */
export interface MadePod {
  readonly name: string;
  readonly image: string;
  /** Epoch milliseconds, whole seconds. */
  readonly at: number;
}

/** The place from which `podsMade` tells what happens. */
export const placeNow = async (server: Server, namespace: string): Promise<string> => {
  const answer = await server.request(`/api/v1/namespaces/${namespace}/pods`);
  return ((await answer.json()) as { readonly metadata: { readonly resourceVersion: string } }).metadata
    .resourceVersion;
};

/** Every pod that was made since, in the order in which they were, gone ones too: what the API server's own watch tells. */
export const podsMade = async (server: Server, namespace: string, since: string): Promise<readonly MadePod[]> => {
  const query = `watch=true&timeoutSeconds=2&resourceVersion=${since}`;
  const answer = await server.request(`/api/v1/namespaces/${namespace}/pods?${query}`);
  const lines = (await answer.text()).split('\n').filter((line) => line !== '');
  const changes = lines.map((line) => JSON.parse(line) as { readonly type: string; readonly object: LiveObject });
  if (changes.some(({ type }) => type === 'ERROR')) throw new Error(`the watch is too old: ${lines[0]}`);
  return changes
    .filter(({ type }) => type === 'ADDED')
    .map(({ object: { metadata, spec } }) => ({
      name: metadata.name,
      image: (spec as { readonly containers: readonly { readonly image: string }[] }).containers[0]?.image ?? '',
      at: Date.parse(metadata.creationTimestamp ?? ''),
    }));
};

/** The most that were made within any minute. */
export const mostAMinute = (made: readonly MadePod[], minuteMs = 60_000): number =>
  Math.max(0, ...made.map(({ at }) => made.filter((other) => other.at >= at && other.at < at + minuteMs).length));

/**
 * A server whose minute is as long as `minuteMs`, a whole number of seconds: pods that shall have been ready for 60 s have been ready for
 * as long as that. The rest of what it keeps and answers is as it is.
 */
export const withMinuteOf = (server: Server, minuteMs: number): Server => ({
  ...server,
  request: async (path, init) => {
    if (path.includes('watch=true')) return server.request(path, init);
    const turn = (text: string, from: number, to: number) =>
      text.replaceAll(new RegExp(`"minReadySeconds":${from / 1000}\\b`, 'g'), `"minReadySeconds":${to / 1000}`);
    const body = typeof init?.body === 'string' ? { body: turn(init.body, 60_000, minuteMs) } : {};
    const answer = await server.request(path, { ...init, ...body });
    const { status, headers } = answer;
    return new Response(turn(await answer.text(), minuteMs, 60_000), { status, headers });
  },
});
