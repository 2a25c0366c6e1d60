import { at, isObject, textAt } from '../fields.ts';
import type { LiveObject } from '../live-object.ts';
import { groupOf } from '../object-id.ts';
import { type Condition, isWhole, type Kstatus, kstatusRules, MalformedObject, working } from './kstatus-rules.ts';

/**
 * Judges an object as kstatus does (sigs.k8s.io/cli-utils/pkg/kstatus, `status.Compute`), with its reasons and messages and without
 * an opinion of our own: a running Job and a failed Pod are current, a load balancer needs no address. What upstream answers
 * with an error (an observed generation that is no number, an unknown phase) is `unknown`. `now` in epoch milliseconds.
 */
export const assessKstatus = (object: LiveObject, now: number): Kstatus => {
  try {
    return generic(object) ?? ofKind(object, now) ?? byReady(object) ?? current('Resource is current');
  } catch (error) {
    if (!(error instanceof MalformedObject)) throw error;
    return { status: 'unknown', reason: 'Malformed', message: error.message };
  }
};

const current = (message: string): Kstatus => ({ status: 'ready', reason: 'Current', message });

const generic = (object: LiveObject): Kstatus | undefined => {
  const deleted = at(object, 'metadata', 'deletionTimestamp');
  if (deleted !== undefined && typeof deleted !== 'string') {
    throw new MalformedObject('metadata.deletionTimestamp is not text');
  }
  if (deleted) return { status: 'terminating', reason: 'Terminating', message: 'Resource scheduled for deletion' };
  const generation = integerAt(object, 'metadata', 'generation');
  const observed = generation === undefined ? undefined : integerAt(object, 'status', 'observedGeneration');
  if (observed !== undefined && observed !== generation) {
    return working(
      'LatestGenerationNotObserved',
      `${object.kind} generation is ${generation}, but latest observed generation is ${observed}`,
    );
  }
  for (const { type, status, reason, message } of conditionsOf(object)) {
    if (status !== 'True') continue;
    if (type === 'Reconciling') return working(reason, message);
    if (type === 'Stalled') return { status: 'failed', reason, message };
  }
  return undefined;
};

const ofKind = (object: LiveObject, now: number): Kstatus | undefined => {
  const named = `${groupOf(object.apiVersion)}/${object.kind}`;
  return Object.hasOwn(kstatusRules, named) ? kstatusRules[named]?.(object, conditionsOf(object), now) : undefined;
};

const byReady = (object: LiveObject): Kstatus | undefined => {
  for (const { type, status, reason, message } of conditionsOf(object)) {
    if (type !== 'Ready') continue;
    if (status === 'True') return current('Resource is Ready');
    if (status === 'False' || status === 'Unknown') return working(reason, message);
  }
  return undefined;
};

/** `undefined` where it is not there; anything but a whole number is an error upstream. */
const integerAt = (object: LiveObject, ...path: readonly string[]): number | undefined => {
  const holder = at(object, ...path.slice(0, -1));
  if (holder !== undefined && holder !== null && !isObject(holder)) {
    throw new MalformedObject(`${path.slice(0, -1).join('.')} is not an object`);
  }
  const found = at(object, ...path);
  if (found === undefined) return undefined;
  if (!isWhole(found)) {
    throw new MalformedObject(`${path.join('.')} is not a whole number`);
  }
  return found;
};

const conditionsOf = (object: LiveObject): readonly Condition[] => {
  const { status } = object;
  if (status !== undefined && status !== null && !isObject(status))
    throw new MalformedObject('status is not an object');
  const found = at(status, 'conditions');
  if (found === undefined || found === null) return [];
  if (!Array.isArray(found)) throw new MalformedObject('status.conditions is not a list');
  return found.map((condition: unknown) => {
    const wrong = ['type', 'status', 'reason', 'message'].find((name) => {
      const value = at(condition, name);
      return value !== undefined && value !== null && typeof value !== 'string';
    });
    if ((condition !== null && !isObject(condition)) || wrong !== undefined) {
      throw new MalformedObject(`status.conditions holds an entry whose ${wrong ?? 'form'} is not as expected`);
    }
    const text = (name: string) => textAt(condition, name) ?? '';
    return { type: text('type'), status: text('status'), reason: text('reason'), message: text('message') };
  });
};
