import { assessContainer, type Behaviour } from './container.ts';
import type { Request } from './control-plane.ts';
import { type Pod, podStatus } from './pod-status.ts';
import { watch } from './watch.ts';

/** Image names say how they behave: `crash`, `not-found`, `hang` in the name; every other becomes ready at once. */
export const behaviourByName = (image: string): Behaviour => ({
  pull: image.includes('not-found') ? 'not-found' : 'ok',
  startMs: 50,
  readyMs: 50,
  ...(image.includes('crash') ? { crash: { afterMs: 0, exitCode: 1 } } : {}),
  ...(image.includes('hang') ? { hang: true } : {}),
});

interface Running {
  readonly boundAt: number;
  /** What was last written, so that nothing is written twice. */
  written?: string;
  timer?: NodeJS.Timeout;
}

/**
 * Does for pods bound to the test node what a kubelet does as far as controllers see it: writes their status, and confirms their
 * deletion. It runs nothing. Logs and events are not there. The returned function stops it and resolves when no request is pending.
 */
export const startKubelet = (request: Request, behaviourOf: (image: string) => Behaviour): (() => Promise<void>) => {
  const stopping = new AbortController();
  const pods = new Map<string, Running>();
  const pending = new Set<Promise<void>>();

  const track = (work: Promise<void>) => {
    const tracked = work
      // A pod that went away between reading and writing, or the server stopping: seen again by the next list.
      .catch(() => {})
      .finally(() => pending.delete(tracked));
    pending.add(tracked);
  };

  const forget = (pod: Pod) => {
    clearTimeout(pods.get(pod.metadata.uid)?.timer);
    pods.delete(pod.metadata.uid);
  };

  const serve = async (pod: Pod): Promise<void> => {
    const path = `/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}`;
    if (pod.metadata.deletionTimestamp) {
      forget(pod);
      await request(path, {
        method: 'DELETE',
        body: { gracePeriodSeconds: 0, preconditions: { uid: pod.metadata.uid } },
      });
      return;
    }
    const running = pods.get(pod.metadata.uid) ?? { boundAt: Date.now() };
    pods.set(pod.metadata.uid, running);
    const elapsed = Date.now() - running.boundAt;
    const restarting = (pod.spec.restartPolicy ?? 'Always') === 'Always';
    const containers = pod.spec.containers.map(({ image }) => assessContainer(behaviourOf(image), restarting, elapsed));

    const soonest = Math.min(...containers.map(({ changesInMs }) => changesInMs ?? Infinity));
    clearTimeout(running.timer);
    if (soonest !== Infinity) running.timer = setTimeout(() => track(serve(pod)), soonest);

    const seen = JSON.stringify(containers.map(({ is, restarts }) => [is, restarts]));
    if (seen === running.written) return;
    running.written = seen;
    await request(`${path}/status`, {
      method: 'PATCH',
      type: 'application/strategic-merge-patch+json',
      body: { metadata: { uid: pod.metadata.uid }, status: podStatus(pod, containers, new Date().toISOString()) },
    });
  };

  const see = (type: string, pod: Pod) => {
    if (type === 'DELETED') forget(pod);
    else if (pod.spec.nodeName) track(serve(pod));
  };

  const follow = async (): Promise<void> => {
    const listed = await request('/api/v1/pods', { signal: stopping.signal });
    const list = (await listed.json()) as { metadata: { resourceVersion: string }; items: Pod[] };
    for (const pod of list.items) see('ADDED', pod);
    const path = `/api/v1/pods?resourceVersion=${list.metadata.resourceVersion}`;
    for await (const { type, object } of watch<Pod>(request, path, stopping.signal)) {
      if (type === 'ERROR') return;
      see(type, object);
    }
  };

  const following = (async () => {
    while (!stopping.signal.aborted) {
      await follow().catch((error: unknown) => {
        if (!stopping.signal.aborted) console.error('test kubelet: lists again after', error);
      });
    }
  })();

  return async () => {
    stopping.abort();
    await following;
    for (const { timer } of pods.values()) clearTimeout(timer);
    await Promise.all(pending);
  };
};
