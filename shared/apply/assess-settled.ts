import { at, conditionOf, textAt } from './fields.ts';
import type { LiveObject } from './live-object.ts';
import { groupOf } from './object-id.ts';
import { inProgress, ready, type Settled, settledRules } from './settled-rules.ts';

/** Custom objects are given this long to get a status from their controller before an empty one is taken for their way. */
export const emptyStatusGraceMs = 10_000;

/**
 * Whether an object has become what it states: kstatus' algorithm (deletion, observed generation, Reconciling and Stalled, the rule
 * of its kind, condition Ready), stricter where kstatus is too quick: a running Job is not ready, a failed Pod failed, a load
 * balancer without address in progress, an empty status of a custom object in progress for its first 10 s. `now` in epoch
 * milliseconds.
 */
export const assessSettled = (object: LiveObject, now: number): Settled => {
  if (object.metadata.deletionTimestamp !== undefined) {
    return { status: 'terminating', reason: 'Terminating', message: 'it is being deleted' };
  }
  const { generation } = object.metadata;
  const observed = at(object, 'status', 'observedGeneration');
  // Argo Rollouts writes it as text.
  if (generation !== undefined && observed !== undefined && Number(observed) !== generation) {
    return inProgress(
      'LatestGenerationNotObserved',
      `its controller has seen generation ${String(observed)} of ${generation}`,
    );
  }
  const reconciling = conditionOf(object, 'Reconciling');
  if (textAt(reconciling, 'status') === 'True') {
    return inProgress(textAt(reconciling, 'reason') ?? 'Reconciling', textAt(reconciling, 'message') ?? '');
  }
  const stalled = conditionOf(object, 'Stalled');
  if (textAt(stalled, 'status') === 'True') {
    const reason = textAt(stalled, 'reason') ?? 'Stalled';
    return { status: 'failed', reason, message: textAt(stalled, 'message') ?? '' };
  }
  const rule = settledRules[`${groupOf(object.apiVersion)}/${object.kind}`];
  return rule === undefined ? assessByCondition(object, now) : rule(object, now);
};

const assessByCondition = (object: LiveObject, now: number): Settled => {
  const condition = conditionOf(object, 'Ready');
  const status = textAt(condition, 'status');
  if (status !== undefined && status !== 'True') {
    return inProgress(
      textAt(condition, 'reason') ?? 'NotReady',
      textAt(condition, 'message') ?? 'condition Ready is not true',
    );
  }
  const isYoung = now - Date.parse(object.metadata.creationTimestamp ?? '') < emptyStatusGraceMs;
  if (isCustom(object) && object.status === undefined && isYoung) {
    return inProgress('NoStatus', 'its controller has not written a status yet');
  }
  return ready;
};

/** Groups of Kubernetes' own have no dot or end in k8s.io. */
const isCustom = (object: LiveObject): boolean => {
  const group = groupOf(object.apiVersion);
  return group.includes('.') && !group.endsWith('.k8s.io');
};
