import type { Actor } from '../access/authorise.ts';
import { eventWrites, type RolloutEvent } from '../ledger/events.ts';
import type { Data, Row } from '../ledger/ledger.ts';
import { type Occurrence, stored, update } from '../ledger/update.ts';
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
  const next = (row: Row | undefined): Data | undefined => {
    if (row === undefined) return undefined;
    const before = stored<Approval>(row);
    result = nextApproval(before, decision, actor, clock.now());
    return result.status === 'refused' || result.approval === before ? undefined : { ...result.approval };
  };
  // Vote and event are one: nobody has decided of whom the history does not say so.
  await update(ledger, approvalKey(id), next, undefined, () => voteWrites(result));
  if (result.status === 'decided') await tellDecision(result.approval, steps, ledger);
  return result;
};

const voteWrites = (result: VoteResult): readonly Occurrence[] => {
  if (result.status === 'refused') return [];
  const { approval, because } = result;
  const { approval: id, rollout, wave, plan } = approval;
  const last = approval.votes.at(-1);
  if (last === undefined) return [];
  const { by, vote, comment, at, deletes } = last;
  const event: RolloutEvent = {
    at,
    kind: 'approval',
    wave,
    text: `${wave} ${because}`,
    details: { approval: id, plan, by, comment, ...(deletes === undefined ? {} : { deletes }) },
    did: { by, action: vote },
  };
  return [eventWrites(rollout, `vote ${id} ${by} ${vote}`, event)];
};

const notFound = (id: string): VoteResult => ({
  status: 'refused',
  code: 'not-found',
  because: `there is no approval ${id}`,
});
