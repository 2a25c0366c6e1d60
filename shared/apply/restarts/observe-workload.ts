import type { ObjectId } from '../../rollout/plan.ts';
import { getObject } from '../api-requests.ts';
import type { DesiredObject } from '../desired.ts';
import { pathOf } from '../discovery.ts';
import { listCollection } from '../list-collection.ts';
import type { LiveObject } from '../live-object.ts';
import { assessLanding } from '../settle/assess-landing.ts';
import type { Judged } from '../settle/assess-workload.ts';
import { followPods } from '../settle/follow-pods.ts';
import { judgeLandings, rememberTrouble } from '../settle/judge-landings.ts';
import type { RuleOf } from '../settled/settled-by-rule.ts';
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

/** What is known of workloads beside the target itself. */
export interface KnownOfWorkloads {
  readonly objects: readonly DesiredObject[];
  readonly ruleOf?: RuleOf;
  /** Our last write to an object; only from that generation on its status counts. */
  readonly landedOf: (id: ObjectId) => Landed | undefined;
}

/**
 * Reads only, and only the workloads it is asked about: with pods listed anew in each round, where settling would watch them, since few
 * are on their way at a time. Since when trouble lasts is remembered over the rounds.
 */
export const observeWorkloads = (
  { objects, ruleOf = () => ({}), landedOf }: KnownOfWorkloads,
  { cluster, clock, invocation: { signal } }: Writing,
): WorkloadObserver => {
  const byId = new Map(objects.map((object) => [object.id, object]));
  const memory = rememberTrouble();
  const listing = async (collection: Parameters<typeof listCollection>[1]) => {
    const listed = await listCollection(cluster, collection, signal);
    return { objects: () => listed.objects };
  };
  const openRound = () => {
    const pods = followPods({ follow: listing });
    const seen = new Map<ObjectId, Promise<Judged>>();
    return { pods, seen, judge: judgeLandings(pods, { cluster, clock, signal }, memory) };
  };
  let round = openRound();

  const look = async (id: ObjectId): Promise<Judged> => {
    const object = byId.get(id);
    const { name = '', namespace = '' } = object?.manifest.metadata ?? {};
    const live =
      object === undefined ? undefined : await getObject(cluster, pathOf(object.served, namespace, name), signal);
    const kind = object === undefined ? {} : { ...object.served, ...ruleOf(object.served) };
    const landing = assessLanding(id, live, landedOf(id), clock.now(), kind);
    const [judged = landing] = await round.judge([landing], new Map(live === undefined ? [] : [[id, live]]));
    return judged;
  };
  return {
    observe: (id) => {
      const looking = round.seen.get(id) ?? look(id);
      round.seen.set(id, looking);
      return looking;
    },
    podsOf: async (workload) => {
      await round.pods.follow([workload]);
      return round.pods.of(workload).pods;
    },
    newRound: () => {
      round = openRound();
    },
  };
};
