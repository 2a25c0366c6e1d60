import type { Digest } from '../blobs/blobs.ts';
import type { WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import type { LiftedBudgets } from '../rollout/lifted-budgets.ts';
import { countVotes } from './count-votes.ts';
import { approvalId } from './request-approval.ts';
import { readApproval } from './rows.ts';

/** The error budgets that people have lifted with their approval of a plan, and who; `undefined` where it names none. Reads only. */
export const readLiftedBudgets = async (
  ref: WaveRef,
  plan: Digest,
  { ledger }: Pick<Outside, 'ledger'>,
): Promise<LiftedBudgets | undefined> => {
  const approval = await readApproval(ledger, approvalId(ref, plan));
  if (approval?.decision !== 'approved' || approval.budgets === undefined) return undefined;
  return { by: countVotes(approval).yes.map(({ by }) => by), budgets: approval.budgets };
};
