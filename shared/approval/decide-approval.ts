import type { Actor } from '../access/authorise.ts';
import { recordEvent } from '../ledger/events.ts';
import { stored, update } from '../ledger/update.ts';
import type { Outside } from '../outside/outside.ts';
import type { StepFunctions } from '../outside/step-functions.ts';
import type { Approval, VoteResult } from './approval.ts';
import { type Decision, nextApproval } from './next-approval.ts';
import { approvalKey, openKey, tokenKey } from './rows.ts';

/**
 * Takes a person's decision and, once it is decided, lets the wave go on or end. Refusals are results: nothing was changed. The decision
 * is stored before the state machine is told; telling it again after a crash is safe.
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
    result = nextApproval(stored<Approval>(row), decision, actor, clock.now());
    return result.status === 'refused' ? undefined : { ...result.approval };
  });
  if (result.status === 'refused') return result;
  const { approval, because } = result;
  await recordEvent(ledger, approval.rollout, `vote ${id} ${actor.name} ${decision.vote}`, {
    at: clock.now(),
    kind: 'approval',
    wave: approval.wave,
    text: `${approval.wave} ${because}`,
    details: { approval: id, plan: approval.plan, by: actor.name, comment: decision.comment },
  });
  if (result.status === 'decided') await tell(approval, because, steps, ledger);
  return result;
};

const notFound = (id: string): VoteResult => ({
  status: 'refused',
  code: 'not-found',
  because: `there is no approval ${id}`,
});

/**
 * The state machine is told, and the question is closed. Nobody waiting on the token any more means that the wave has ended: its
 * time-out came first, and the wave's own outcome stands.
 */
const tell = async (
  approval: Approval,
  because: string,
  steps: StepFunctions,
  ledger: Outside['ledger'],
): Promise<void> => {
  const token = await ledger.get(tokenKey(approval.approval));
  if (token !== undefined) {
    await steps.succeed(stored<{ token: string }>(token).token, { decision: approval.decision, because });
  }
  const open = await ledger.get(openKey(approval.approval));
  if (open !== undefined) await ledger.remove({ ...openKey(approval.approval), expect: open.version });
};
