import { type Actor, authorise, isSamePerson, type Permission } from '../access/authorise.ts';
import { describeOpenBudgets } from '../rollout/lifted-budgets.ts';
import type { Approval, Vote, VoteRefusal, VoteResult } from './approval.ts';
import { assessNaming } from './assess-naming.ts';
import { countVotes } from './count-votes.ts';

/** A person's decision as it arrives: about the plan they were shown. */
export interface Decision {
  readonly plan: string;
  readonly vote: Vote['vote'];
  readonly comment: string;
  /** How many deletes they have read and want done. */
  readonly deletes?: number | undefined;
}

/**
 * What a decision makes of an approval. | decided already, the same again | decided, as it is | | decided already | refused | | expired |
 * refused | | another plan digest | refused | | not allowed | refused | | reject | decided: rejected | | approve, deletes not named as
 * `assessNaming` has it | refused | | approve, enough different people, and where deletes are named enough who named them | decided:
 * approved | | approve, too few | counted |. The same person counts once, so approving twice changes nothing. Pure.
 */
export const nextApproval = (approval: Approval, decision: Decision, actor: Actor, now: number): VoteResult => {
  if (approval.decision !== undefined) return repeated(approval, decision, actor);
  if (now >= approval.expiresAt) {
    return refuse('expired', `approval ${approval.approval} expired at ${new Date(approval.expiresAt).toISOString()}`);
  }
  if (decision.plan !== approval.plan) {
    return refuse(
      'other-plan',
      `approval ${approval.approval} is about plan ${approval.plan}, not ${decision.plan}; look at what changes now and decide about that`,
    );
  }
  const { wave, deletes } = permissionsOf(approval, decision.vote, actor);
  if (!wave.allowed && !deletes?.allowed) return refuse('not-allowed', wave.because);
  const vote: Vote = { by: actor.name, vote: decision.vote, comment: decision.comment, at: now };
  const others = approval.votes.filter(({ by }) => !isSamePerson(by, actor.name));
  if (decision.vote === 'reject') return decided({ ...approval, votes: [...others, vote], decision: 'rejected' });
  const naming = assessNaming(approval, decision.deletes, deletes, actor);
  if (!naming.ok) return refuse(naming.code, naming.because);
  const votes: readonly Vote[] = [
    ...others,
    {
      ...vote,
      ...(naming.named === undefined ? {} : { deletes: naming.named }),
      ...(wave.allowed ? {} : { deletesOnly: true as const }),
    },
  ];
  const missing = missingOf({ ...approval, votes });
  if (missing === undefined) return decided({ ...approval, votes, decision: 'approved' });
  return { status: 'counted', approval: { ...approval, votes }, because: missing };
};

/** The same decision again is no second vote: it is how somebody helps a wave on that was not told of the first. */
const repeated = (approval: Approval, decision: Decision, actor: Actor): VoteResult => {
  const same = (decision.vote === 'approve') === (approval.decision === 'approved') && decision.plan === approval.plan;
  if (!same) {
    return refuse(
      'decided',
      `approval ${approval.approval} is ${approval.decision} already, by ${names(approval.votes)}`,
    );
  }
  const { wave, deletes } = permissionsOf(approval, decision.vote, actor);
  return wave.allowed || deletes?.allowed ? decided(approval) : refuse('not-allowed', wave.because);
};

/** What somebody may decide on: the wave, and where there are deletes to name, those. */
export const permissionsOf = (
  { roles, holders, authors, deletes }: Approval,
  action: Vote['vote'],
  actor: Actor,
): { readonly wave: Permission; readonly deletes?: Permission } => ({
  wave: authorise(actor, { action, roles, holders, authors }),
  ...(deletes === undefined
    ? {}
    : { deletes: authorise(actor, { action, roles: deletes.roles, holders: deletes.holders, authors }) }),
});

/** Whose yes is still missing; `undefined` when nobody's is. */
const missingOf = (approval: Approval): string | undefined => {
  const { people, deletes } = approval;
  const { yes, named, missing } = countVotes(approval);
  if (missing.yes === 0 && missing.named === 0) return undefined;
  const counted = `${yes.length} of ${people} people said yes`;
  return deletes === undefined
    ? counted
    : `${counted}, ${named.length} of ${deletes.people} named its ${deletes.count} deletes`;
};

const decided = (approval: Approval): VoteResult => ({
  status: 'decided',
  approval,
  because: describeDecision(approval),
});

/** How an approval was decided, in one sentence. Who decides votes last. */
export const describeDecision = (approval: Approval): string => {
  const { budgets, decision, votes, deletes } = approval;
  if (decision === 'approved') {
    const { yes, named } = countVotes(approval);
    const naming = deletes === undefined ? '' : `, its ${deletes.count} deletes named by ${names(named)}`;
    const lifting = budgets === undefined ? '' : `, although ${describeOpenBudgets(budgets)}`;
    return `approved by ${names(yes)}${naming}${lifting}`;
  }
  const last = votes.at(-1);
  return `rejected by ${last?.by}${last === undefined || last.comment === '' ? '' : `: ${last.comment}`}`;
};

const names = (votes: readonly Vote[]) => votes.map((vote) => vote.by).join(', ');

const refuse = (code: VoteRefusal, because: string): VoteResult => ({ status: 'refused', code, because });
