import { assessContainer, type Behaviour } from './container.ts';
import type { Request } from './control-plane.ts';
import { type Pod, podStatus } from './pod-status.ts';
import { watch } from './watch.ts';

/**
 * Image names say how they behave: `crash`, `flap` (crashes after 3 s), `oom` (killed for its memory), `not-found`, `config-error`, `hang`, `slow` (4 s) in the name;
 * every other becomes ready at once.
 */
export const behaviourByName = (image: string): Behaviour => ({
  pull: image.includes('not-found') ? 'not-found' : 'ok',
  startMs: image.includes('slow') ? 4000 : 50,
  readyMs: 50,
  ...(image.includes('crash') ? { crash: { afterMs: 0, exitCode: 1 } } : {}),
  ...(image.includes('flap') ? { crash: { afterMs: 3000, exitCode: 1 } } : {}),
  ...(image.includes('oom') ? { crash: { afterMs: 0, exitCode: 137 } } : {}),
  ...(image.includes('config-error') ? { configError: true } : {}),
  ...(image.includes('hang') ? { hang: true } : {}),
});

interface Running {
  readonly boundAt: number;
  /** What was last written, so that nothing is written twice. */
  written?: string;
  timer?: NodeJS.Timeout;
}

/** After a request that failed for another reason than that the pod is gone. */
const TRY_AGAIN_MS = 200;

/**
 * Does for pods bound to the test node what a kubelet does as far as controllers see it: writes their status, and confirms their
 * deletion. It runs nothing. Logs and events are not there. The returned function stops it and resolves when no request is pending.
 */
export const startKubelet = (request: Request, behaviourOf: (image: string) => Behaviour): (() => Promise<void>) => {
  const stopping = new AbortController();
  const pods = new Map<string, Running>();
  /** By uid, the end of the work on a pod so far. One piece at a time: requests may overtake each other on the way. */
  const turns = new Map<string, Promise<void>>();

  const forget = (pod: Pod) => {
    clearTimeout(pods.get(pod.metadata.uid)?.timer);
    pods.delete(pod.metadata.uid);
  };

  const enqueue = (pod: Pod) => {
    const { uid } = pod.metadata;
    const turn = (turns.get(uid) ?? Promise.resolve())
      .then(() => serve(pod))
      .catch((error: unknown) => {
        const running = pods.get(uid);
        if (stopping.signal.aborted || !running) return;
        console.error(`test kubelet: ${pod.metadata.name}: tries again after`, error);
        delete running.written;
        running.timer = setTimeout(() => enqueue(pod), TRY_AGAIN_MS);
      })
      .finally(() => {
        if (turns.get(uid) === turn) turns.delete(uid);
      });
    turns.set(uid, turn);
  };

  const serve = async (pod: Pod): Promise<void> => {
    const { uid, namespace, name, deletionTimestamp } = pod.metadata;
    const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
    const running = pods.get(uid) ?? { boundAt: Date.now() };
    pods.set(uid, running);
    if (deletionTimestamp) {
      const body = { gracePeriodSeconds: 0, preconditions: { uid } };
      await expectDone(pod, await request(path, { method: 'DELETE', body }));
      forget(pod);
      return;
    }
    const elapsed = Date.now() - running.boundAt;
    const restarting = (pod.spec.restartPolicy ?? 'Always') === 'Always';
    const containers = pod.spec.containers.map(({ image }) => assessContainer(behaviourOf(image), restarting, elapsed));

    const soonest = Math.min(...containers.map(({ changesInMs }) => changesInMs ?? Infinity));
    clearTimeout(running.timer);
    if (soonest !== Infinity) running.timer = setTimeout(() => enqueue(pod), soonest);

    const seen = JSON.stringify(containers.map(({ is, restarts }) => [is, restarts]));
    if (seen === running.written) return;
    running.written = seen;
    const status = podStatus(pod, containers, new Date().toISOString());
    const type = 'application/strategic-merge-patch+json';
    const patched = await request(`${path}/status`, { method: 'PATCH', type, body: { metadata: { uid }, status } });
    await expectDone(pod, patched);
  };

  /** 404 and 409 say that the pod is gone, or another one of its name is there. */
  const expectDone = async (pod: Pod, response: Awaited<ReturnType<Request>>): Promise<void> => {
    const answer = await response.text();
    if (response.status === 404 || response.status === 409) forget(pod);
    else if (!response.ok) throw new Error(`${response.status} ${answer}`);
  };

  const see = (type: string, pod: Pod) => {
    if (type === 'DELETED') forget(pod);
    else if (pod.spec.nodeName) enqueue(pod);
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
    await Promise.all(turns.values());
  };
};
