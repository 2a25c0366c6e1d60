import type { RestartPlan } from './restarts.ts';

/** `group/kind/namespace/name`; the core group and the namespace of a cluster-scoped object are empty. Never the version. */
export type ObjectId = `${string}/${string}/${string}/${string}`;

export type Action = 'create' | 'unchanged' | 'change' | 'recreate' | 'prune';

/** One field that will differ. Values of Secrets are shown as hashes only; hashes are SHA-256 of canonical JSON. */
export interface FieldChange {
  /** JSON pointer; list items of keyed lists by their key: `/spec/template/spec/containers[name=web]/image`. */
  readonly path: string;
  readonly replaces?: string;
  readonly replacesHash?: `sha256:${string}`;
  readonly with?: string;
  readonly withHash?: `sha256:${string}`;
}

export interface PlannedObject {
  readonly id: ObjectId;
  readonly service: string;
  readonly action: Action;
  readonly fields: readonly FieldChange[];
  /** The object that a change, recreate or prune is about; a delete is refused when another is found. */
  readonly uid?: string;
  /** Fields that are held at other values while the object restarts, and what each of them is in the end. */
  readonly holds?: readonly FieldChange[];
}

/** A release against one target as it is. A blob. Objects are in apply order, prunes last in their order. */
export interface TargetPlan {
  readonly target: string;
  readonly release: `sha256:${string}`;
  readonly rendered: `sha256:${string}`;
  readonly objects: readonly PlannedObject[];
  readonly restarts: RestartPlan;
}

/** A target's plan and where its API server answers, so that execution opens exactly what was planned. A blob. */
export interface PlannedTarget {
  readonly endpoint: { readonly server: string; readonly ca?: string; readonly serverName?: string };
  readonly plan: TargetPlan;
}

/** A release against a wave as it is. A blob; its digest is the *plan digest*, what an approval names. */
export interface WavePlan {
  readonly release: `sha256:${string}`;
  readonly wave: string;
  readonly direction: Direction;
  /** Sorted by target. `planned` is the digest of the `PlannedTarget`, so the plan digest covers every field of every target. */
  readonly targets: readonly {
    readonly target: string;
    readonly planned: `sha256:${string}`;
    readonly counts: Readonly<Record<Action, number>>;
  }[];
  /** Targets that could not be read when the plan was made, and why: nothing is written to them. */
  readonly unreachable: readonly { readonly target: string; readonly because: string }[];
}

/** Forward to the release, or back to what was verified last. */
export type Direction = 'forward' | 'back';

/** How many objects of a plan are created, changed, recreated, pruned, left alone. */
export const countActions = (plans: readonly Pick<TargetPlan, 'objects'>[]): Readonly<Record<Action, number>> => {
  const counts = { create: 0, unchanged: 0, change: 0, recreate: 0, prune: 0 };
  for (const plan of plans) for (const object of plan.objects) counts[object.action] += 1;
  return counts;
};
