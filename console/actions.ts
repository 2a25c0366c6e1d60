import type { Actor } from '../shared/access/authorise.ts';
import type { VoteResult } from '../shared/approval/approval.ts';
import type { Decision } from '../shared/approval/next-approval.ts';
import type { Diagnosis } from '../shared/doctor/diagnosis.ts';
import type { Answer, Received } from '../shared/lambda/http-task.ts';
import type { StartResult } from '../shared/release/start-rollout.ts';
import type { Hold } from '../shared/rollout/holds.ts';
import type { PlanView } from './views/plan.ts';

/** What is to be held, why, and for how long. */
export interface HoldRequest extends Pick<Hold, 'scope' | 'name' | 'because' | 'allowsRollback'> {
  /** What alerts hold is held by nobody else. */
  readonly kind: Exclude<Hold['kind'], 'alert'>;
  readonly forMs?: number;
}

export type LiftRequest = Pick<Hold, 'kind' | 'scope' | 'name' | 'because'>;

/**
 * Everything the console can set in motion; whoever puts an instance together hands it in. Authorisation happened before a call. What is
 * `hidden` from the actor is to them as what is not there: neither touched nor named, and refused in the same words.
 */
export interface Actions {
  decide(approval: string, decision: Decision, actor: Actor): Promise<VoteResult>;
  /** Starts the rollout of a merged commit, or of `HEAD` of the branch; the same commit again starts nothing. Throws `ActionRefused`. */
  release(commit: string, actor: Actor): Promise<StartResult>;
  /** Starts a rollout that takes the fleet back to what was verified before `rollout`. Throws `ActionRefused`. */
  rollback(rollout: string, actor: Actor): Promise<StartResult>;
  /** Holds what is named until it is lifted, or for some time. Throws `ActionRefused`. */
  hold(hold: HoldRequest, actor: Actor, hidden: ReadonlySet<string>): Promise<Hold>;
  /** Lets go on what is held, and returns what held it. Throws `ActionRefused`. */
  lift(lift: LiftRequest, actor: Actor, hidden: ReadonlySet<string>): Promise<Hold>;
  /** Ends a rollout under way; what it changed goes back, or stays where that is kept. Throws `ActionRefused`. */
  abort(
    rollout: string,
    { because, keeps }: { readonly because: string; readonly keeps: boolean },
    actor: Actor,
  ): Promise<{ readonly rollout: string; readonly because: string }>;
  /** Begins a rollout that ended partial or failed once more. Throws `ActionRefused`. */
  retry(rollout: string, actor: Actor): Promise<StartResult>;
  /**
   * What releasing a commit would change against what is live now: on the fleet, or on the one private target that is named. Writes to no
   * target. Throws `ActionRefused`, for a target that is hidden as for one that is not there.
   */
  plan(
    commit: string,
    asked: { readonly actor: Actor; readonly hidden: ReadonlySet<string>; readonly target?: string | undefined },
  ): Promise<PlanView>;
  /**
   * Looks whether the installation works, or the way to one target, from where functions run. Writes nothing but one blob, always the
   * same. Throws `ActionRefused`.
   */
  diagnose(target: string | undefined, actor: Actor, hidden: ReadonlySet<string>): Promise<Diagnosis>;
  /** Deliveries bring a signature of their own in place of an identity. */
  receiveMerge(received: Received): Promise<Answer>;
  receiveArtifact(received: Received): Promise<Answer>;
  receiveAlerts(received: Received): Promise<Answer>;
  receiveTest(received: Received): Promise<Answer>;
}

/** Something asked for that can not be done, and why; shown to whoever asked, with the status it is answered by. */
export class ActionRefused extends Error {
  override readonly name = 'ActionRefused';
  readonly status: 400 | 401 | 403 | 404 | 409 | 422 | 503;
  /** Stable, in capitals, what a script may match on: `UNKNOWN_COMMIT`. */
  readonly code: string;
  constructor(status: ActionRefused['status'], code: string, because: string) {
    super(because);
    this.status = status;
    this.code = code;
  }
}
