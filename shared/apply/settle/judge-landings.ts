import type { ObjectId } from '../../rollout/plan.ts';
import { inFlight } from '../in-flight.ts';
import type { LiveObject } from '../live-object.ts';
import { inProgress } from '../settled/settled-rules.ts';
import type { FollowingOutside } from '../watch/follow-collections.ts';
import { assessClaim } from './assess-claim.ts';
import type { Landing } from './assess-landing.ts';
import { type AssessedSign, assessSign, findFailedCreate, needsEvents } from './assess-sign.ts';
import { assessWorkload, type Judged, signsOf } from './assess-workload.ts';
import { findLastEnd, type Sign } from './find-signs.ts';
import type { FollowedPods } from './follow-pods.ts';
import { newestPods } from './newest-pods.ts';
import { type Occurrence, readEvents } from './read-events.ts';
import { nextSteadiness, type Steadiness, unsteady } from './steadiness.ts';
import { hasPods, writtenAt } from './workload.ts';

/** Events are asked for again after so long, and only of what is in trouble. */
const eventsAgainMs = 5000;
/** Signs of one workload whose events are read: the others are of its other pods, and the same. */
const signsRead = 3;
/** Kinds whose status says itself that pods can not be made. */
const saysByCondition = ['Pod', 'Deployment', 'ReplicaSet', 'ReplicationController'];
/** Of a workload that is ready, pods are looked at as long after it was written as its rollout may have taken. */
const freshMs = 10 * 60_000;

/** Judges landings by what the statuses of the objects themselves do not say: pods, what makes them, and events. */
export type JudgeLandings = (
  landings: readonly Landing[],
  live: ReadonlyMap<ObjectId, LiveObject>,
) => Promise<readonly Judged[]>;

/** Since when trouble lasts and containers run, and what events said; nothing of it outlives the set being looked at. */
export interface TroubleMemory {
  readonly cached: Map<string, { readonly at: number; readonly events: readonly Occurrence[] }>;
  readonly seen: Map<ObjectId, ReadonlyMap<string, number | undefined>>;
  readonly calmSince: Map<ObjectId, number>;
  readonly steadiness: Map<ObjectId, Steadiness>;
}

/** Nothing has been seen yet. */
export const rememberTrouble = (): TroubleMemory => ({
  cached: new Map(),
  seen: new Map(),
  calmSince: new Map(),
  steadiness: new Map(),
});

/** Judges by the pods as they are followed, and remembers from look to look. */
export const judgeLandings = (
  pods: FollowedPods,
  { cluster, clock, signal }: Omit<FollowingOutside, 'until'>,
  { cached, seen, calmSince, steadiness }: TroubleMemory,
): JudgeLandings => {
  const eventsOf = async (subject: LiveObject): Promise<readonly Occurrence[]> => {
    const { uid } = subject.metadata;
    const known = cached.get(uid);
    if (known !== undefined && clock.now() - known.at < eventsAgainMs) return known.events;
    const events = await readEvents(cluster, subject, signal);
    cached.set(uid, { at: clock.now(), events });
    return events;
  };

  /** Since when signs last that came after the workload was first looked at: of those our own clock knows. */
  const comings = (id: ObjectId, signs: readonly Sign[]): ReadonlyMap<string, number | undefined> => {
    const before = seen.get(id);
    const came = (key: string) => (before === undefined || before.has(key) ? before?.get(key) : clock.now());
    const now = new Map(signs.map((sign) => [keyOf(sign), came(keyOf(sign))]));
    seen.set(id, now);
    return now;
  };

  /** Of a workload none of whose pods is in trouble, and which makes no more: its controller says why, by events only. */
  const failedCreate = async ({ id, settled }: Landing, workload: LiveObject): Promise<readonly Sign[]> => {
    if (settled.status !== 'in-progress' || saysByCondition.includes(workload.kind)) return [];
    const since = calmSince.get(id) ?? clock.now();
    calmSince.set(id, since);
    if (clock.now() - since < eventsAgainMs) return [];
    const sign = findFailedCreate(workload, await eventsOf(workload), writtenAt(workload));
    return sign === undefined ? [] : [sign];
  };

  const signsNow = async (landing: Landing, workload: LiveObject): Promise<readonly Sign[]> => {
    const signs = signsOf(workload, pods.of(workload)).slice(0, signsRead);
    if (signs.length === 0) return failedCreate(landing, workload);
    calmSince.delete(landing.id);
    return signs;
  };

  const judgeUnready = async (landing: Landing, workload: LiveObject): Promise<Judged> => {
    const signs = await signsNow(landing, workload);
    const since = comings(landing.id, signs);
    const assessed: AssessedSign[] = [];
    for (const sign of signs) {
      const events = needsEvents(sign, clock.now()) ? await eventsOf(sign.subject) : [];
      assessed.push(assessSign(sign, events, clock.now(), since.get(keyOf(sign))));
    }
    const judged = assessWorkload(landing, assessed);
    if (judged.settled.status !== 'failed' || judged.sign !== undefined) return judged;
    const ended = findLastEnd(newestPods(workload, pods.of(workload)));
    return ended === undefined ? judged : { ...judged, sign: { ...ended, doomed: true } };
  };

  const judgeReady = (landing: Landing, workload: LiveObject): Judged => {
    const now = clock.now();
    const newest = newestPods(workload, pods.of(workload));
    const written = writtenAt(workload);
    const steady = nextSteadiness(steadiness.get(landing.id) ?? new Map(), newest, { now, written });
    steadiness.set(landing.id, steady);
    const because = unsteady(steady, now);
    return because === undefined ? landing : { ...landing, settled: inProgress('Restarted', because) };
  };

  /** The workload whose pods have a say: not of one that is ready and was not written lately. */
  const workloadOf = ({ settled, live, isStale }: Landing): LiveObject | undefined => {
    const isJudged = ['ready', 'in-progress', 'failed'].includes(settled.status);
    if (live === undefined || isStale || !isJudged || !hasPods(live)) return undefined;
    return settled.status === 'ready' && !(clock.now() - writtenAt(live) < freshMs) ? undefined : live;
  };

  return async (landings, live) => {
    await pods.follow(landings.flatMap((landing) => workloadOf(landing) ?? []));
    return inFlight(landings, async (landing) => {
      if (landing.live !== undefined && landing.settled.reason === 'NotBound') {
        return assessClaim(landing, landing.live, await eventsOf(landing.live), live);
      }
      const workload = workloadOf(landing);
      if (workload === undefined) return landing;
      return landing.settled.status === 'ready' ? judgeReady(landing, workload) : judgeUnready(landing, workload);
    });
  };
};

const keyOf = ({ subject, is, container = '' }: Sign): string => `${subject.metadata.uid}/${is}/${container}`;
