import { stored, update } from '../ledger/update.ts';
import type { Outside } from '../outside/outside.ts';
import type { StepFunctions } from '../outside/step-functions.ts';
import type { Approval } from './approval.ts';
import { approvalKey, readOpenApprovals } from './rows.ts';
import { tellDecision } from './tell-decision.ts';

/** Answers the open questions of a rollout that somebody aborts with a no, in their name. Twice is as once. */
export const withdrawApprovals = async (
  rollout: string,
  { by, because }: { readonly by: string; readonly because: string },
  steps: StepFunctions,
  { ledger, clock }: Pick<Outside, 'ledger' | 'clock'>,
): Promise<void> => {
  for (const { approval, rollout: of } of await readOpenApprovals(ledger)) {
    if (of !== rollout) continue;
    const row = await update(ledger, approvalKey(approval), (current) => {
      if (current === undefined || current.data.decision !== undefined) return undefined;
      const { votes } = stored<Approval>(current);
      const no = { by, vote: 'reject' as const, comment: because, at: clock.now() };
      return { ...current.data, votes: [...votes, no], decision: 'rejected' };
    });
    if (row !== undefined) await tellDecision(stored<Approval>(row), steps, ledger);
  }
};
