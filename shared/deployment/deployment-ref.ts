import type { Digest } from '../blobs/blobs.ts';
import type { WaveRef } from '../ledger/waves.ts';

/** What the execution of `deployment` is given: references, under 1 KB. */
export interface DeploymentRef extends WaveRef {
  /** The plan digest of the wave. */
  readonly plan: Digest;
  readonly target: string;
  /** Digest of the `PlannedTarget`. */
  readonly planned: Digest;
  /** Of a way back that was begun again: how often it was. */
  readonly again?: number | undefined;
}

/**
 * One name for a deployment, the same for each of its steps and attempts: partition of its rows, holder of its lease. One that is begun again
 * is another.
 */
export const deploymentName = (ref: DeploymentRef): string =>
  `deployment#${ref.rollout}#${ref.wave}#${ref.direction}#${ref.target}${ref.again === undefined ? '' : `#${ref.again}`}`;
