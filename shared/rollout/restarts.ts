import type { ObjectId } from './plan.ts';

/** The cap of a target that states none. Restarts that log in somewhere, or replay, load what they depend on; more at once feed a storm. */
export const usualRestartsPerMinute = 40;

/** Providers before their consumers; on the way back consumers first, since taking an additive change back is a removal. */
export type RestartOrder = 'providers-first' | 'consumers-first';

/** Which workloads of a target restart, in what order and because of what. Part of the plan, and so of the plan digest. */
export interface RestartPlan {
  readonly order: RestartOrder;
  /** Pods that may restart within any 60 s. */
  readonly perMinute: number;
  /** In the order in which they are begun where nothing holds one up. None: nothing restarts. */
  readonly steps: readonly RestartStep[];
  /** Workloads that are new to the target and join only when what they depend on has restarted. */
  readonly starts: readonly WorkloadStart[];
  /** Changes that no restart of this plan brings into effect. */
  readonly later: readonly LaterEffect[];
  /** Changes of earlier rollouts that still wait for a restart, and go on waiting. */
  readonly waiting: readonly WaitingEffect[];
}

/** One workload that restarts. */
export interface RestartStep {
  readonly workload: ObjectId;
  readonly service: string;
  /** Pods that restart, as the target was when it was planned. */
  readonly pods: number;
  /** The failure zone its pods are bound to. */
  readonly zone?: string;
  /** Begins only when these have settled. */
  readonly after: readonly ObjectId[];
  /** Redundant partners: never restarts at once with one of these, nor while one of them lacks a ready pod. */
  readonly apart: readonly ObjectId[];
  /** Of a StatefulSet: how many pods each part restarts, highest ordinals first. */
  readonly parts?: readonly number[];
  /** Of a workload larger than the cap: the pace the server itself keeps, for the time of the restart. */
  readonly pace?: Pace;
  readonly causes: readonly RestartCause[];
}

/** What holds a rolling update back, as the fields of `spec` are called; absent where the manifest's own value is slow enough. */
export interface Pace {
  readonly maxSurge?: number;
  readonly maxUnavailable?: number;
  readonly minReadySeconds: number;
  /** Raised where it is stated, as the server asks for more than minReadySeconds. */
  readonly progressDeadlineSeconds?: number;
}

export interface WorkloadStart {
  readonly workload: ObjectId;
  readonly after: readonly ObjectId[];
}

/**
 * Why a workload restarts. `template`: fields of its pod template. `recreation`: fields that can not be changed. `release`: fields that held
 * an earlier change back. `config`: what its pods read; of a Secret no keys are named. `earlier`: a change of an earlier rollout that has
 * waited for this restart.
 */
export type RestartCause =
  | { readonly change: 'template' | 'recreation' | 'release'; readonly paths: readonly string[] }
  | { readonly change: 'config'; readonly object: ObjectId; readonly keys: readonly string[] }
  | { readonly change: 'earlier'; readonly effect: WaitingEffect };

/**
 * A change that the running pods of a workload do not have. `start`: read when a container starts. `files`: mounted files change in place
 * within a minute or two, and whether the process reads them again is its own affair. `on-delete`, `paused`: the workload itself
 * holds its pods back.
 */
export type LaterEffect =
  | {
      readonly workload: ObjectId;
      readonly how: 'start' | 'files';
      /** The ConfigMap or Secret. */
      readonly object: ObjectId;
      /** None for a Secret. */
      readonly keys: readonly string[];
      /** What the pods read of it, before and after. */
      readonly was: `sha256:${string}`;
      readonly becomes: `sha256:${string}`;
    }
  | { readonly workload: ObjectId; readonly how: 'on-delete' | 'paused'; readonly paths: readonly string[] };

/** A change that waits for the next restart of a workload, and the rollout that brought it. */
export interface WaitingEffect {
  readonly effect: LaterEffect;
  readonly rollout: string;
  readonly commit: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** The plan of a target on which nothing restarts, starts or waits. */
export const noRestarts: RestartPlan = {
  order: 'providers-first',
  perMinute: usualRestartsPerMinute,
  steps: [],
  starts: [],
  later: [],
  waiting: [],
};
