import type { ObjectId } from '../../rollout/plan.ts';
import type { RuleOf } from '../settled/settled-by-rule.ts';

/** One restart of a workload, or of a part of it, that still counts against the cap. Times are epoch milliseconds. */
export interface RestartRecord {
  readonly workload: ObjectId;
  readonly pods: number;
  readonly begunAt: number;
  /** Absent while its pods may still be restarting. */
  readonly settledAt?: number;
  /** Whether this deployment began it; else one before it on the same target. */
  readonly isOurs: boolean;
}

export interface BegunRestart {
  readonly workload: ObjectId;
  readonly pods: number;
  readonly at: number;
  /** Tells which one it is of all, and how many pods: for people. */
  readonly text: string;
}

/** What was restarted on a target, kept where a death does not lose it: the cap counts over slices, deployments and processes. */
export interface RestartLog {
  read(): Promise<readonly RestartRecord[]>;
  /** Stored before the write that makes pods restart. The same restart again counts once more. */
  begin(restart: BegunRestart): Promise<void>;
  /** Every restart of the workload so far has settled. Twice is safe; the first time stays. */
  settle(workload: ObjectId, at: number): Promise<void>;
  /** For people: something that was done so that a restart can go on. The same again is told once. */
  tell(text: string, at: number): Promise<void>;
}

/**
 * Whether the target may be trusted with the next restart, asked with the moment when what was restarted last had settled. No data is
 * no pass.
 */
export type StepGate = (
  since: number,
) => Promise<{ readonly passed: true } | { readonly passed: false; readonly because: string }>;

/** What ordered restarts of one deployment take from outside. */
export interface Restarting {
  readonly log: RestartLog;
  readonly gate: StepGate;
  /** Epoch milliseconds: when the deployment began. */
  readonly since: number;
  /** How long one restart may take to settle, and how long none may begin while none is under way. */
  readonly settleWithinMs: number;
  /** On the way back a workload that does not come back keeps no other from it. */
  readonly isBack: boolean;
  /** When workloads of a kind have settled, beyond what is known of the kind. */
  readonly ruleOf?: RuleOf;
}
