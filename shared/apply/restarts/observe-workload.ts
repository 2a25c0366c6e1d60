import type { ObjectId } from '../../rollout/plan.ts';
import { getObject } from '../api-requests.ts';
import { assessLanding } from '../assess-landing.ts';
import type { DesiredObject } from '../desired.ts';
import { pathOf } from '../discovery.ts';
import type { LiveObject } from '../live-object.ts';
import { type Judged, judgeLanding } from '../read-landings.ts';
import { readOwned } from '../read-pods.ts';
import type { Landed } from '../slice.ts';
import type { Writing } from '../writing.ts';

/** Looks at workloads as they are now, each once in a round. */
export interface WorkloadObserver {
  observe(id: ObjectId): Promise<Judged>;
  /** The pods that the workload's selector finds, now. */
  podsOf(workload: LiveObject): Promise<readonly LiveObject[]>;
  /** What was seen is old from now on. */
  newRound(): void;
}

/** Reads only. `landedOf`: what is known of our last write to an object; only from that generation on its status counts. */
export const observeWorkloads = (
  objects: readonly DesiredObject[],
  landedOf: (id: ObjectId) => Landed | undefined,
  { cluster, clock, invocation }: Writing,
): WorkloadObserver => {
  const byId = new Map(objects.map((object) => [object.id, object]));
  const seen = new Map<ObjectId, Promise<Judged>>();
  const look = async (id: ObjectId): Promise<Judged> => {
    const object = byId.get(id);
    const { name = '', namespace = '' } = object?.manifest.metadata ?? {};
    const live =
      object === undefined
        ? undefined
        : await getObject(cluster, pathOf(object.served, namespace, name), invocation.signal);
    const landing = assessLanding(id, live, landedOf(id), clock.now(), object?.served ?? {});
    return judgeLanding(landing, cluster, clock.now(), invocation.signal);
  };
  return {
    observe: (id) => {
      const looking = seen.get(id) ?? look(id);
      seen.set(id, looking);
      return looking;
    },
    podsOf: async (workload) => (await readOwned(cluster, workload, invocation.signal)).pods,
    newRound: () => seen.clear(),
  };
};
