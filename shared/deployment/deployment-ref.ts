import type { Digest } from '../blobs/blobs.ts';
import type { WaveRef } from '../ledger/waves.ts';

/** What the execution of `deployment` is given: references, under 1 KB. */
export interface DeploymentRef extends WaveRef {
  /** The plan digest of the wave. */
  readonly plan: Digest;
  readonly target: string;
  /** Digest of the `PlannedTarget`. */
  readonly planned: Digest;
}

/** One name for a deployment, the same for each of its steps and attempts: partition of its rows, holder of its lease. */
export const deploymentName = (ref: DeploymentRef): string =>
  `deployment#${ref.rollout}#${ref.wave}#${ref.direction}#${ref.target}`;
