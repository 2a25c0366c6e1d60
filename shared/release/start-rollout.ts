import { eventWrites, type RolloutEvent, recordEvent } from '../ledger/events.ts';
import { addAuthors, openRollout } from '../ledger/rollouts.ts';
import type { Outside } from '../outside/outside.ts';
import { liveAlias } from '../outside/state-machine.ts';
import type { StepFunctions } from '../outside/step-functions.ts';

/** A merged commit of the config repository, and who asks for its rollout. */
export interface StartRequest {
  readonly repository: string;
  /** 40 hexadecimal digits. */
  readonly commit: string;
  readonly by: string;
  readonly authors: readonly string[];
  /** Asked for to get back to an older release: how the fleet is now does not stop it. */
  readonly rollback?: boolean;
  /** The one private target it is for. */
  readonly only?: string;
  /** Of a rollout that is begun again: when its first try started. */
  readonly firstStartedAt?: number;
}

export interface StartResult {
  readonly rollout: string;
  /** `already`: this commit's rollout was started before; nothing was started now. */
  readonly status: 'started' | 'already';
}

/** The occurrence that a rollout started. */
const once = 'started';

/**
 * Starts the rollout of a commit under a name made from repository and commit, so that a merge event, its repetition and
 * `tidegate release` all lead to one rollout; what each knows of its authors is added up. The row is written first: a start that died after
 * it is completed by the next call.
 */
export const startRollout = async (
  request: StartRequest,
  rollout: string,
  steps: StepFunctions,
  { ledger, clock, settings }: Pick<Outside, 'ledger' | 'clock' | 'settings'>,
): Promise<StartResult> => {
  const { repository, commit, by, authors, rollback = false, only, firstStartedAt } = request;
  const row = {
    ...{ rollout, repository, commit, startedAt: clock.now(), startedBy: by, authors },
    ...(rollback ? { rollback } : {}),
    ...(only === undefined ? {} : { only }),
    ...(firstStartedAt === undefined ? {} : { firstStartedAt }),
  };
  const event: RolloutEvent = {
    at: clock.now(),
    kind: 'started',
    text: `${rollback ? 'rollback' : 'rollout'}${only === undefined ? '' : ` to ${only}`} of ${repository} at ${commit.slice(0, 7)} started by ${by}`,
    did: { by, action: rollback ? 'rollback' : firstStartedAt === undefined ? 'release' : 'retry' },
  };
  const opened = await openRollout(ledger, row, eventWrites(rollout, once, event));
  const known = opened ? undefined : await addAuthors(ledger, rollout, authors);
  if (known?.end !== undefined) return { rollout, status: 'already' };
  // Of one that was opened before its row and this were written together.
  if (!opened) await recordEvent(ledger, rollout, once, event);
  await steps.start(liveAlias(settings.stateMachines.rollout), rollout, { rollout, repository, commit });
  return { rollout, status: opened ? 'started' : 'already' };
};
