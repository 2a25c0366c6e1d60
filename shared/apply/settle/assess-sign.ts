import type { LiveObject } from '../live-object.ts';
import { findCreateFailure, patienceMs, type Sign } from './find-signs.ts';
import type { Occurrence } from './read-events.ts';

/** What a sign comes to. `doomed`: what it keeps from becoming ready will not become so by itself. */
export interface AssessedSign extends Sign {
  readonly doomed: boolean;
}

/**
 * Whether events tell more about a sign: when it began, what is missing, or that it will pass. Not before it has lasted for as long as
 * is borne with, so that what comes to be in order by itself costs no request.
 */
export const needsEvents = ({ is, since, patienceMs: patience }: Sign, now: number): boolean =>
  patience > 0 && ['pull', 'start', 'nodes', 'volumes'].includes(is) && !(now - since < patienceMs);

/**
 * Judges a sign by what the cluster reported about its subject. `firstSeen` is when it was first seen, in epoch milliseconds, where it
 * was seen to come: no clock but ours is needed then.
 */
export const assessSign = (
  sign: Sign,
  events: readonly Occurrence[],
  now: number,
  firstSeen: number | undefined,
): AssessedSign => {
  const told = tellMore(sign, events);
  // A container may be on its way for long before a volume is in its way: only events tell since when that is.
  const since = sign.is === 'volumes' ? told.since : (firstSeen ?? told.since);
  // NaN: nobody knows since when, so not for long enough.
  return { ...told, since, doomed: told.patienceMs === 0 || now - since >= told.patienceMs };
};

const tellMore = (sign: Sign, events: readonly Occurrence[]): Sign => {
  switch (sign.is) {
    case 'pull':
      return {
        ...sign,
        since: firstOf(events, ({ reason, message }) => reason === 'Failed' && /image/i.test(message)) ?? sign.since,
      };
    case 'start':
      return {
        ...sign,
        since: firstOf(events, ({ reason, message }) => reason === 'Failed' && !/image/i.test(message)) ?? sign.since,
      };
    case 'nodes':
      return tellOfNodes(sign, events);
    case 'volumes':
      return tellOfVolumes(sign, events);
    default:
      return sign;
  }
};

const firstOf = (events: readonly Occurrence[], isIt: (event: Occurrence) => boolean): number | undefined => {
  const moments = events.filter(isIt).map(({ first }) => first);
  return moments.length === 0 ? undefined : Math.min(...moments);
};

/** cluster-autoscaler (GKE and AKS run it too) reports on the pod what it does for it; Karpenter the node it meant for it. */
const nodesCome = ['TriggeredScaleUp', 'Nominated'];
const nodesDoNotCome = ['NotTriggerScaleUp'];

const tellOfNodes = (sign: Sign, events: readonly Occurrence[]): Sign => {
  const newest = events.findLast(({ reason }) => nodesCome.includes(reason) || nodesDoNotCome.includes(reason));
  if (newest === undefined) return sign;
  const message = `${sign.message}; ${newest.message}`;
  return nodesCome.includes(newest.reason) ? { ...sign, message, patienceMs: Infinity } : { ...sign, message };
};

/** A volume made from what is not there never comes; a disk or a network that is late may. */
const missingSource = /(configmap|secret) "[^"]*" not found|references non-existent/i;

const tellOfVolumes = (sign: Sign, events: readonly Occurrence[]): Sign => {
  const newest = events.findLast(({ reason }) =>
    /^Failed(Mount|MapVolume|AttachVolume|CreatePodSandBox)$/.test(reason),
  );
  if (newest === undefined) return { ...sign, is: 'slow' };
  const { reason, message, first } = newest;
  return { ...sign, reason, message, since: first, patienceMs: missingSource.test(message) ? patienceMs : Infinity };
};

/**
 * That the pods of a workload can not be made, as the events of its controller say: only where its newest pods are fewer than wanted
 * and none of them is in trouble itself, and only what was reported since `written`, its last write by us (epoch milliseconds).
 */
export const findFailedCreate = (
  owner: LiveObject,
  events: readonly Occurrence[],
  written: number,
): Sign | undefined => {
  const failure = events.findLast(({ type, reason }) => type === 'Warning' && reason === 'FailedCreate');
  const success = events.findLast(({ reason }) => reason === 'SuccessfulCreate');
  if (failure === undefined || failure.last < written || (success !== undefined && success.last > failure.last)) {
    return findCreateFailure(owner);
  }
  const { reason, message, first } = failure;
  return { subject: owner, is: 'create', reason, message, since: Math.max(first, written), patienceMs };
};
