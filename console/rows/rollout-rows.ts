import type { Approval } from '../../shared/approval/approval.ts';
import type { RolloutEvent } from '../../shared/ledger/events.ts';
import type { FlagChange } from '../../shared/ledger/flags.ts';
import type { Rollout } from '../../shared/ledger/rollouts.ts';
import type { DeploymentRecord, KeptJudgement, Stop, WaveProgress } from '../../shared/ledger/waves.ts';
import type { WavePlan } from '../../shared/rollout/plan.ts';
import type { Release } from '../../shared/rollout/release.ts';
import type { Wave } from '../../shared/rollout/wave.ts';

/** One pass over a wave, forward or back, as the ledger holds it. */
export interface PassRows {
  readonly progress: WaveProgress;
  readonly plan?: WavePlan;
  readonly stop?: Stop;
  readonly deployments: ReadonlyMap<string, DeploymentRecord>;
  readonly judgements: readonly KeptJudgement[];
}

/** Who holds a wave or waits for it, without the task token by which they are told. */
export interface Place {
  readonly rollout: string;
  readonly since: number;
}

export interface WaveRows {
  readonly wave: Wave;
  readonly holder?: Place;
  readonly queue: readonly Place[];
  /** About the forward plan, once it was asked for. */
  readonly approval?: Approval;
  /** Feature flags that it has set, or may have. */
  readonly flags: readonly FlagChange[];
  readonly forward: PassRows;
  readonly back: PassRows;
}

/** What a cluster said of an object that failed. */
export interface EvidenceRow {
  readonly object: string;
  readonly because: string;
  readonly events: readonly string[];
  /** The last lines of the container that failed. */
  readonly logs: readonly string[];
}

/** All that is known of one rollout. */
export interface RolloutRows {
  readonly rollout: Rollout;
  /** Absent until it is prepared. */
  readonly release?: Release;
  readonly waves: readonly WaveRows[];
  /** Targets that it has begun to change. */
  readonly begun: ReadonlySet<string>;
  readonly debt: readonly string[];
  /** Of the first failed deployments, by target. */
  readonly evidence: ReadonlyMap<string, readonly EvidenceRow[]>;
  /** Oldest first. */
  readonly events: readonly RolloutEvent[];
}
