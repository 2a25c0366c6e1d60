import type { Actor } from '../access/authorise.ts';
import { recordEvent } from '../ledger/events.ts';
import { stored, update } from '../ledger/update.ts';
import type { Outside } from '../outside/outside.ts';
import type { StepFunctions } from '../outside/step-functions.ts';
import type { Approval, VoteResult } from './approval.ts';
import { type Decision, nextApproval } from './next-approval.ts';
import { approvalKey } from './rows.ts';
import { tellDecision } from './tell-decision.ts';

/**
 * Takes a person's decision and, once it is decided, lets the wave go on or end. Refusals are results: nothing was changed. The decision
 * is stored before the state machine is told; deciding the same again after a crash tells it again.
 */
export const decideApproval = async (
  id: string,
  decision: Decision,
  actor: Actor,
  steps: StepFunctions,
  { ledger, clock }: Pick<Outside, 'ledger' | 'clock'>,
): Promise<VoteResult> => {
  let result = notFound(id);
  await update(ledger, approvalKey(id), (row) => {
    if (row === undefined) return undefined;
    const before = stored<Approval>(row);
    result = nextApproval(before, decision, actor, clock.now());
    return result.status === 'refused' || result.approval === before ? undefined : { ...result.approval };
  });
  if (result.status === 'refused') return result;
  const { approval, because } = result;
  // The vote that made it so, which after a crash may be that of somebody else.
  const { by, vote, comment, at, deletes } = approval.votes.at(-1) ?? { ...decision, by: actor.name, at: clock.now() };
  await recordEvent(ledger, approval.rollout, `vote ${id} ${by} ${vote}`, {
    at,
    kind: 'approval',
    wave: approval.wave,
    text: `${approval.wave} ${because}`,
    details: { approval: id, plan: approval.plan, by, comment, ...(deletes === undefined ? {} : { deletes }) },
  });
  if (result.status === 'decided') await tellDecision(approval, steps, ledger);
  return result;
};

const notFound = (id: string): VoteResult => ({
  status: 'refused',
  code: 'not-found',
  because: `there is no approval ${id}`,
});
