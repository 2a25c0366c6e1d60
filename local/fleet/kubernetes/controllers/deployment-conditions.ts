import type { JsonObject } from '../object.ts';

export type Condition = {
  type: string;
  status: string;
  lastUpdateTime: string;
  lastTransitionTime: string;
  reason: string;
  message: string;
};

export interface Progress {
  readonly replicas: number;
  readonly updated: number;
  readonly ready: number;
  readonly available: number;
}

export interface Situation {
  readonly wanted: number;
  readonly maxUnavailable: number;
  readonly paused: boolean;
  /** Infinity where there is none. */
  readonly deadlineSeconds: number;
  /** Undefined while paused before it was made. */
  readonly newSet: string | undefined;
  readonly created: boolean;
  readonly before: Progress;
  readonly now: Progress;
  readonly at: string;
}

const changed = (
  old: Condition | undefined,
  next: Omit<Condition, 'lastUpdateTime' | 'lastTransitionTime'>,
  at: string,
): Condition => {
  if (old?.status === next.status && old.reason === next.reason && old.message === next.message) return old;
  return { ...next, lastUpdateTime: at, lastTransitionTime: old?.status === next.status ? old.lastTransitionTime : at };
};

/** The `Available` condition. */
export const assessAvailable = (
  old: Condition | undefined,
  { wanted, maxUnavailable, now, at }: Situation,
): Condition =>
  now.available >= wanted - maxUnavailable
    ? changed(
        old,
        {
          type: 'Available',
          status: 'True',
          reason: 'MinimumReplicasAvailable',
          message: 'Deployment has minimum availability.',
        },
        at,
      )
    : changed(
        old,
        {
          type: 'Available',
          status: 'False',
          reason: 'MinimumReplicasUnavailable',
          message: 'Deployment does not have minimum availability.',
        },
        at,
      );

const isComplete = ({ wanted, now }: Situation) =>
  now.updated === wanted && now.replicas === wanted && now.available === wanted;

const hasMoved = ({ before, now }: Situation) =>
  now.updated > before.updated ||
  now.replicas - now.updated < before.replicas - before.updated ||
  now.ready > before.ready ||
  now.available > before.available;

/** The `Progressing` condition: complete, moving, stuck past its deadline, paused, or as it was. */
export const assessProgressing = (old: Condition | undefined, situation: Situation): Condition | undefined => {
  const { newSet, created, at } = situation;
  const next = (status: string, reason: string, message: string) =>
    changed(old, { type: 'Progressing', status, reason, message }, at);
  if (situation.paused) return next('Unknown', 'DeploymentPaused', 'Deployment is paused');
  if (newSet === undefined) return old;
  if (old?.reason === 'DeploymentPaused') return next('Unknown', 'DeploymentResumed', 'Deployment is resumed');
  if (isComplete(situation))
    return next('True', 'NewReplicaSetAvailable', `ReplicaSet "${newSet}" has successfully progressed.`);
  if (created) return next('True', 'NewReplicaSetCreated', `Created new replica set "${newSet}"`);
  if (hasMoved(situation) || old === undefined || (old.reason === 'NewReplicaSetAvailable' && old.status === 'True')) {
    const moved = next('True', 'ReplicaSetUpdated', `ReplicaSet "${newSet}" is progressing.`);
    return { ...moved, lastUpdateTime: at };
  }
  if (old.reason !== 'ProgressDeadlineExceeded' && deadlineIn(old, situation) <= 0) {
    return next('False', 'ProgressDeadlineExceeded', `ReplicaSet "${newSet}" has timed out progressing.`);
  }
  return old;
};

/** Milliseconds until the deadline of a rollout that does not move. */
export const deadlineIn = (
  progressing: Condition,
  { deadlineSeconds, at }: Pick<Situation, 'deadlineSeconds' | 'at'>,
): number => Date.parse(progressing.lastUpdateTime) + deadlineSeconds * 1000 - Date.parse(at);

export const asCondition = (value: JsonObject | undefined): Condition | undefined => {
  if (value === undefined) return undefined;
  const text = (name: string) => String(value[name] ?? '');
  return {
    type: text('type'),
    status: text('status'),
    lastUpdateTime: text('lastUpdateTime'),
    lastTransitionTime: text('lastTransitionTime'),
    reason: text('reason'),
    message: text('message'),
  };
};
