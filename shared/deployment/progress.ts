import type { Progress } from '../apply/slice.ts';
import { stored, update } from '../ledger/update.ts';
import type { Outside } from '../outside/outside.ts';
import { type DeploymentRef, deploymentName } from './deployment-ref.ts';

/** How far a deployment is, kept between its steps. Times are epoch milliseconds. */
export interface DeploymentProgress {
  readonly startedAt: number;
  /** When the last object was applied: from then on it may take so long to settle. */
  readonly appliedAt?: number;
  readonly progress: Progress;
  /** Evidence of what went wrong, a blob. */
  readonly evidence?: string;
}

const keyOf = (ref: DeploymentRef) => ({ partition: deploymentName(ref), sort: 'progress' });

/** The progress so far; of a deployment that was not begun, the beginning, now. */
export const readProgress = async (
  ref: DeploymentRef,
  { ledger, clock }: Pick<Outside, 'ledger' | 'clock'>,
): Promise<DeploymentProgress> => {
  const row = await ledger.get(keyOf(ref));
  return row === undefined ? { startedAt: clock.now(), progress: {} } : stored<DeploymentProgress>(row);
};

/** Keeps progress; what an earlier step kept and this one does not speak of stays. */
export const keepProgress = async (
  ref: DeploymentRef,
  progress: DeploymentProgress,
  { ledger }: Pick<Outside, 'ledger'>,
): Promise<void> => {
  await update(ledger, keyOf(ref), (row) => ({ ...row?.data, ...progress }));
};
