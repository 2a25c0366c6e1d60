import type { ObjectId } from '../../rollout/plan.ts';
import { at, numberAt } from '../fields.ts';
import type { LiveObject } from '../live-object.ts';
import { spoken } from '../object-id.ts';
import { podReferencesOf } from '../pod-references.ts';
import { inProgress, type Settled } from '../settled/settled-rules.ts';
import type { Landing } from './assess-landing.ts';
import type { Occurrence } from './read-events.ts';
import { hasPods } from './workload.ts';

/** What the volume binder reports of a claim whose storage class binds it only to where its first pod runs. */
const waitsForPod = ['WaitForFirstConsumer', 'WaitForPodScheduled'];

/**
 * A volume claim that is not bound. One that waits for its first pod, while no pod of the set is ever going to use it, is as settled as it
 * can get: waiting for it would wait for ever. `users` are the objects of the set as they are live.
 */
export const assessClaim = (
  landing: Landing,
  claim: LiveObject,
  events: readonly Occurrence[],
  users: ReadonlyMap<ObjectId, LiveObject>,
): Landing => {
  const newest = events.findLast(({ type, reason }) => type === 'Warning' || waitsForPod.includes(reason));
  if (newest === undefined) return landing;
  if (!waitsForPod.includes(newest.reason)) {
    const message = `${landing.settled.message}; ${newest.reason}: ${newest.message}`;
    return { ...landing, settled: { ...landing.settled, message } };
  }
  const user = [...users].find(([, object]) => isUser(object, claim));
  const settled: Settled =
    user === undefined
      ? { status: 'ready', reason: newest.reason, message: 'it is bound when a pod uses it; none of this set does' }
      : inProgress(newest.reason, `it is bound when the pods of ${spoken(user[0])} find a node`);
  return { ...landing, settled };
};

const isUser = (object: LiveObject, claim: LiveObject): boolean =>
  hasPods(object) &&
  object.metadata.namespace === claim.metadata.namespace &&
  numberAt(object, 'spec', 'replicas') !== 0 &&
  at(object, 'spec', 'suspend') !== true &&
  podReferencesOf(object).some(({ kind, name }) => kind === 'PersistentVolumeClaim' && name === claim.metadata.name);
