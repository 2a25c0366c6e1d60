import { recordEvent } from '../ledger/events.ts';
import { isFresh, keepFenceStanding, readFenceStanding } from '../ledger/fence-standing.ts';
import type { Outside } from '../outside/outside.ts';
import type { FenceStanding } from '../rollout/fence.ts';
import type { DeploymentRef } from './deployment-ref.ts';

/** Finds out what the target's API server does about stale writers; `undefined` when it could not be told just now. */
export interface Fencing {
  /** Of the policy that is looked for. */
  readonly version: number;
  find(): Promise<FenceStanding | undefined>;
}

/**
 * What a target's API server does about stale writers, as it was found out lately, else found out now. Where nothing refuses them the
 * rollout's history says so once.
 */
export const standingOf = async (
  ref: DeploymentRef,
  { version, find }: Fencing,
  { ledger, clock }: Pick<Outside, 'ledger' | 'clock'>,
): Promise<FenceStanding | undefined> => {
  const kept = await readFenceStanding(ledger, ref.target);
  const isKnown = kept !== undefined && isFresh(kept, version, clock.now());
  const standing = isKnown ? kept.standing : await find();
  if (standing === undefined) return undefined;
  if (!isKnown) await keepFenceStanding(ledger, ref.target, { standing, version, at: clock.now() });
  if (!standing.isEnforced) {
    await recordEvent(ledger, ref.rollout, `fence ${ref.wave} ${ref.direction} ${ref.target}`, {
      at: clock.now(),
      kind: 'deployment',
      wave: ref.wave,
      target: ref.target,
      text: `${ref.target} has no admission policy against stale writers: ${standing.because}; resourceVersion preconditions alone`,
      details: { fence: standing },
    });
  }
  return standing;
};
