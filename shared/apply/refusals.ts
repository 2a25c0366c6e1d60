import type { LastWritten } from '../rollout/last-written.ts';
import type { ObjectId } from '../rollout/plan.ts';

/** Why a plan can not be made. A refusal is a result: nothing was written, and `because` says how to go on. */
export interface Refusal {
  readonly code: RefusalCode;
  /** Absent where the target as a whole is refused. */
  readonly object?: ObjectId;
  /** What is wrong, what was expected, how to go on; at most 500 characters, never the value of a Secret. */
  readonly because: string;
  /** Of a FIELD_CONFLICT: every field that somebody else holds, and who, sorted. */
  readonly conflicts?: readonly FieldConflict[];
  /** Of a look at what was deployed: who of others wrote the object last. */
  readonly written?: LastWritten;
}

/** A field that another manager owns. `path` as the API server writes it: `.spec.replicas`. */
export interface FieldConflict {
  readonly path: string;
  readonly manager: string;
}

export type RefusalCode =
  | 'INVALID_OBJECT'
  | 'GENERATE_NAME'
  | 'OWN_LABEL'
  | 'IDENTITY_COLLISION'
  | 'UNKNOWN_KIND'
  | 'VERSION_NOT_SERVED'
  | 'NAMESPACE_MISSING'
  | 'DEPENDENCY_UNKNOWN'
  | 'DEPENDENCY_CYCLE'
  | 'FOREIGN_SET'
  | 'FIELD_CONFLICT'
  | 'IMMUTABLE_FIELD'
  | 'TERMINATING'
  | 'TOO_MANY_DELETES'
  | 'OUTAGE'
  | 'CAPACITY'
  | 'RESTARTS_OVER_CAP'
  | 'JOB_FAILED'
  | 'FORBIDDEN'
  | 'INVALID'
  | 'BUSY';

/** An object that one slice of work could not bring where the plan says, and why. */
export interface ObjectFailure {
  readonly id: ObjectId;
  readonly because: string;
  /** `SKIPPED`: it depends on one that failed. `NOT_SETTLED`: it was written and did not become ready. `HELD`: its turn to restart never came. */
  readonly code: RefusalCode | 'SKIPPED' | 'NOT_SETTLED' | 'HELD';
}
