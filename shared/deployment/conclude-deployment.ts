import type { Digest } from '../blobs/blobs.ts';
import { recordEvent } from '../ledger/events.ts';
import { freeLease } from '../ledger/lease.ts';
import { recordDeployment } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
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
  await recordDeployment(ledger, ref, { ...result, startedAt: kept.startedAt, endedAt: clock.now() });
  await freeLease(ledger, ref.target, deploymentName(ref));
  await recordEvent(ledger, ref.rollout, `deployment ${ref.wave} ${ref.direction} ${ref.target}`, {
    at: clock.now(),
    kind: 'deployment',
    wave: ref.wave,
    target: ref.target,
    text: `${ref.target} ${ref.direction === 'back' && result.outcome === 'deployed' ? 'is back' : result.outcome}${
      result.outcome === 'deployed' ? '' : `: ${result.because}`
    }${warnedOf(kept)}`,
    ...detailsOf(kept),
  });
  return result;
};

const detailsOf = ({ evidence, warnings }: DeploymentProgress): Pick<RolloutEvent, 'details'> =>
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

const outcomeOf = (step: StepResult): DeploymentOutcome => {
  if (step.status === 'done') return 'deployed';
  if (step.status === 'stopped') return 'stopped';
  return step.outcome === 'lost' ? 'lost' : 'failed';
};
