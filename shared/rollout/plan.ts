import type { PlannedFlag } from './flag.ts';
import type { JobPlan } from './jobs.ts';
import type { RestartPlan } from './restarts.ts';

/** `group/kind/namespace/name`; the core group and the namespace of a cluster-scoped object are empty. Never the version. */
export type ObjectId = `${string}/${string}/${string}/${string}`;

/** What becomes of an object, in the order in which people are told: `migrate` takes it over from client-side apply. */
export const actions = ['create', 'change', 'migrate', 'recreate', 'prune', 'unchanged'] as const;
export type Action = (typeof actions)[number];

/** How many objects of a plan have which action. Every action stands in it. */
export type ActionCounts = Readonly<Record<Action, number>>;

/** One field that will differ. Values of Secrets and credentials are shown as hashes only; hashes are SHA-256 of canonical JSON. */
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
  /** Jobs that run around the deployment. Absent where there are none. */
  readonly jobs?: JobPlan;
  /** What is no longer in the release and stays all the same. Absent where there is nothing. */
  readonly kept?: readonly KeptObject[];
}

/** An object that leaves its set without being deleted, and why. */
export interface KeptObject {
  readonly id: ObjectId;
  readonly because: 'holds state' | 'asks to stay' | 'no approval names it';
}

/** Deletes of one target, recreations among them, that only an approval by name may do. */
export interface NamedDeletes {
  /** In the order of the plan. */
  readonly objects: readonly ObjectId[];
  /** Why an approval has to name them; one sentence. */
  readonly because: string;
}

/** What will cause an outage or other trouble, or what somebody decided to live with. */
export interface Finding {
  /** Absent where it is about the target as a whole. */
  readonly object?: ObjectId;
  /** The rule that found it; also how it is waived, in annotation `tidegate.dev/waive-<rule>`. */
  readonly rule: string;
  /** An error refuses a plan forward; on the way back it is told, as a warning is. */
  readonly severity: 'error' | 'warning' | 'waived';
  /** What is wrong; of an error also how to go on, of what is waived why. At most 500 characters. */
  readonly because: string;
}

/** A target's plan and where its API server answers, so that execution opens exactly what was planned. A blob. */
export interface PlannedTarget {
  readonly endpoint: { readonly server: string; readonly ca?: string; readonly serverName?: string };
  readonly plan: TargetPlan;
  /** In the order of the objects; what an approver saw is under the plan digest. */
  readonly findings: readonly Finding[];
  /** Absent where nothing is deleted that an approval would have to name. */
  readonly deletes?: NamedDeletes;
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
    readonly counts: ActionCounts;
  }[];
  /** Targets that could not be read when the plan was made, and why: nothing is written to them. `mayPass`: it may be over by itself. */
  readonly unreachable: readonly { readonly target: string; readonly because: string; readonly mayPass?: true }[];
  /** What only an approval by name may delete. Absent where there is nothing. */
  readonly deletes?: DeleteList;
  /** Flags that are set once the wave is deployed, or taken back before it goes back; in that order. Absent where there are none. */
  readonly flags?: readonly PlannedFlag[];
}

/** Deletes of a whole wave. `objects` is a blob of `NamedDelete`s, by target, then in the order of its plan. */
export interface DeleteList {
  readonly count: number;
  readonly objects: `sha256:${string}`;
}

export interface NamedDelete {
  readonly target: string;
  readonly object: ObjectId;
}

/** Forward to the release, or back to what was verified last. */
export type Direction = 'forward' | 'back';

/** How many objects of plans are created, changed, taken over, recreated, pruned, left alone. */
export const countActions = (plans: readonly Pick<TargetPlan, 'objects'>[]): ActionCounts =>
  countsOf((action) =>
    plans.reduce((sum, { objects }) => sum + objects.filter((object) => object.action === action).length, 0),
  );

/** The objects that a plan brings into being, anew or in place of others of their name: its own, in its way back. */
export const createdBy = ({ objects }: TargetPlan): ReadonlySet<ObjectId> =>
  new Set(objects.filter(({ action }) => action === 'create' || action === 'recreate').map(({ id }) => id));

/** The objects that a plan leaves standing for want of an approval: whoever carries it out does the same. */
export const unnamedIn = ({ kept = [] }: TargetPlan): readonly ObjectId[] =>
  kept.filter(({ because }) => because === 'no approval names it').map(({ id }) => id);

/** The counts of several plans as those of one. */
export const sumActions = (counts: readonly ActionCounts[]): ActionCounts =>
  countsOf((action) => counts.reduce((sum, each) => sum + each[action], 0));

const countsOf = (count: (action: Action) => number): ActionCounts => ({
  create: count('create'),
  change: count('change'),
  migrate: count('migrate'),
  recreate: count('recreate'),
  prune: count('prune'),
  unchanged: count('unchanged'),
});

/** How many objects will be written or deleted. */
export const countChanges = (counts: ActionCounts): number =>
  actions.reduce((sum, action) => (action === 'unchanged' ? sum : sum + counts[action]), 0);

/** `2 create, 6 change, …`: zeros are said, they are what one looks for. */
export const describeActions = (counts: ActionCounts): string =>
  actions.map((action) => `${counts[action]} ${action}`).join(', ');

/** How many findings weigh how much. */
export type FindingCounts = Readonly<Record<Finding['severity'], number>>;

export const countFindings = (findings: readonly Pick<Finding, 'severity'>[]): FindingCounts => {
  const count = (severity: Finding['severity']) => findings.filter((each) => each.severity === severity).length;
  return { error: count('error'), warning: count('warning'), waived: count('waived') };
};

/** The counts of several targets as those of one. */
export const sumFindings = (counts: readonly FindingCounts[]): FindingCounts => ({
  error: counts.reduce((sum, { error }) => sum + error, 0),
  warning: counts.reduce((sum, { warning }) => sum + warning, 0),
  waived: counts.reduce((sum, { waived }) => sum + waived, 0),
});

/** `2 warnings, 1 waived`; empty where there is nothing to tell. */
export const describeFindings = ({ error, warning, waived }: FindingCounts): string =>
  [
    ...(error === 0 ? [] : [`${error} ${error === 1 ? 'error' : 'errors'}`]),
    ...(warning === 0 ? [] : [`${warning} ${warning === 1 ? 'warning' : 'warnings'}`]),
    ...(waived === 0 ? [] : [`${waived} waived`]),
  ].join(', ');
