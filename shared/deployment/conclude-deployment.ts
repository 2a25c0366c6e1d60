import type { Digest } from '../blobs/blobs.ts';
import { getPlanned } from '../blobs/planned-target.ts';
import { type RolloutEvent, recordEvent } from '../ledger/events.ts';
import { freeLease } from '../ledger/lease.ts';
import { changeWaitingEffects, readRestarts, settleRestarts } from '../ledger/restarts.ts';
import { readRollout } from '../ledger/rollouts.ts';
import { isDeploymentRecorded, recordDeployment } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import { nextWaiting } from '../rollout/next-waiting.ts';
import { brief, type DeploymentOutcome, type DeploymentResult } from '../rollout/outcome.ts';
import { type DeploymentRef, deploymentName } from './deployment-ref.ts';
import { type DeploymentProgress, readProgress } from './progress.ts';

/** What the last step of a deployment left behind: its own status, or the outcome that a caught failure stands for. */
export interface StepResult {
  readonly status?: string | undefined;
  readonly outcome?: string | undefined;
  readonly because?: string | undefined;
}

/**
 * Records how a deployment ended and frees the target's write lease. The first record counts, so that a late duplicate changes
 * nothing.
 */
export const concludeDeployment = async (
  ref: DeploymentRef,
  step: StepResult,
  outside: Pick<Outside, 'ledger' | 'blobs' | 'clock'>,
): Promise<DeploymentResult> => {
  const { ledger, clock } = outside;
  const kept = await readProgress(ref, outside);
  const result: DeploymentResult = {
    target: ref.target,
    outcome: outcomeOf(step),
    because: brief(step.because ?? 'all objects are applied, settled and pruned'),
    ...(kept.evidence === undefined ? {} : { evidence: kept.evidence as Digest }),
  };
  if (!(await isDeploymentRecorded(ledger, ref, ref.target))) {
    await closeRestarts(ref, result.outcome === 'deployed', kept.startedAt, outside);
  }
  await recordDeployment(ledger, ref, { ...result, startedAt: kept.startedAt, endedAt: clock.now() });
  await freeLease(ledger, ref.target, deploymentName(ref));
  await recordEvent(
    ledger,
    ref.rollout,
    `deployment ${ref.wave} ${ref.direction} ${ref.target}${ref.again === undefined ? '' : ` ${ref.again}`}`,
    {
      at: clock.now(),
      kind: 'deployment',
      wave: ref.wave,
      target: ref.target,
      text: `${ref.target} ${ref.direction === 'back' && result.outcome === 'deployed' ? 'is back' : result.outcome}${
        result.outcome === 'deployed' ? '' : `: ${result.because}`
      }${warnedOf(kept)}`,
      ...detailsOf(kept),
    },
  );
  return result;
};

const detailsOf = ({ evidence, warnings }: DeploymentProgress): Partial<Pick<RolloutEvent, 'details'>> =>
  evidence === undefined && warnings === undefined
    ? {}
    : {
        details: {
          ...(evidence === undefined ? {} : { evidence }),
          ...(warnings === undefined ? {} : { warnings }),
        },
      };

const warnedOf = ({ warnings = [] }: DeploymentProgress): string => {
  const [first, ...more] = warnings;
  if (first === undefined) return '';
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
  return `; the API server warned: ${brief(first.text, 200)}${others}`;
};

/** From now on the restarts of this deployment count as settled; what no restart brought into effect is remembered for the next. */
const closeRestarts = async (
  ref: DeploymentRef,
  isDeployed: boolean,
  at: number,
  { ledger, blobs, clock }: Pick<Outside, 'ledger' | 'blobs' | 'clock'>,
): Promise<void> => {
  const { restarts } = (await getPlanned(blobs, ref.planned)).plan;
  const by = deploymentName(ref);
  const recent = await readRestarts(ledger, ref.target, by, clock.now());
  const restarted = new Set(
    recent.filter((each) => each.by === by && each.settledAt !== undefined).map(({ workload }) => workload),
  );
  await settleRestarts(ledger, ref.target, by, clock.now());
  const commit = (await readRollout(ledger, ref.rollout))?.commit ?? '';
  await changeWaitingEffects(ledger, ref.target, (before) =>
    nextWaiting(before, restarts, { isDeployed, restarted }, { rollout: ref.rollout, commit, at }),
  );
};

const outcomeOf = (step: StepResult): DeploymentOutcome => {
  if (step.status === 'done') return 'deployed';
  if (step.status === 'stopped') return 'stopped';
  return step.outcome === 'lost' ? 'lost' : 'failed';
};
