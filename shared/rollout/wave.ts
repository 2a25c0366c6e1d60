import type { Target } from './target.ts';

/** An ordered group of targets and what must be true to enter and to leave it. Frozen when the release is prepared. */
export interface Wave {
  readonly name: string;
  /** Names, sorted. */
  readonly targets: readonly string[];
  readonly batches: readonly BatchSize[];
  /** Targets of a batch that are worked on at the same time. */
  readonly maxConcurrent: number;
  /** Targets that may be lost without the wave failing; what is lost is debt and makes the rollout partial. */
  readonly maxFailures: number;
  readonly soakMs: number;
  /** The soak of a plan that changes what others stand on (DaemonSets, ingress, RBAC, custom kinds, admission), if that is longer. */
  readonly soakInfrastructureMs?: number;
  /** Names of gates, judged before the first batch and through the soak. */
  readonly gates: readonly string[];
  readonly approval?: ApprovalSpec;
  /** Name of the window within which a batch of it may begin. Absent: at any time. */
  readonly window?: string;
  /** What a rollout does that finds the wave taken: wait its turn, or end those that wait as superseded. */
  readonly whenTaken: 'queue' | 'supersede';
  /** How long the objects of one target may take to settle. */
  readonly settleWithinMs: number;
  /** How long gates may stay inconclusive before the wave is given up. */
  readonly inconclusiveWithinMs: number;
}

/** A private target and the wave that it has for itself, in a rollout of its own once the fleet has the release. */
export interface Following {
  readonly target: Target;
  readonly wave: Wave;
}

/** A count of targets, or a share of the wave. */
export type BatchSize = number | `${number}%`;

export interface ApprovalSpec {
  readonly roles: readonly string[];
  /** How many different people must say yes. */
  readonly people: number;
  readonly expiresMs: number;
}

/** What a service's failure means for the service on the targets that have it. */
export type OnFailure = 'rollback' | 'hold';
