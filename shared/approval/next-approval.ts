import { type Actor, authorise, type Permission } from '../access/authorise.ts';
import type { Approval, Vote, VoteResult } from './approval.ts';

/** A person's decision as it arrives: about the plan they were shown. */
export interface Decision {
  readonly plan: string;
  readonly vote: Vote['vote'];
  readonly comment: string;
}

/**
 * What a decision makes of an approval. | decided already, the same again | decided, as it is | | decided already | refused | | expired |
 * refused | | another plan digest | refused | | not allowed | refused | | reject | decided: rejected | | approve, enough different people |
 * decided: approved | | approve, too few | counted |. The same person counts once, so approving twice changes nothing. Pure.
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
  const permission = permissionOf(approval, decision, actor);
  if (!permission.allowed) return refuse('not-allowed', permission.because);
  const vote: Vote = { by: actor.name, vote: decision.vote, comment: decision.comment, at: now };
  const votes = [...approval.votes.filter((each) => each.by !== actor.name), vote];
  if (decision.vote === 'reject') {
    return decided({ ...approval, votes, decision: 'rejected' });
  }
  const missing = approval.people - votes.length;
  if (missing > 0) {
    return {
      status: 'counted',
      approval: { ...approval, votes },
      because: `${votes.length} of ${approval.people} people said yes`,
    };
  }
  return decided({ ...approval, votes, decision: 'approved' });
};

/** The same decision again is no second vote: it is how somebody helps a wave on that was not told of the first. */
const repeated = (approval: Approval, decision: Decision, actor: Actor): VoteResult => {
  const same = (decision.vote === 'approve') === (approval.decision === 'approved') && decision.plan === approval.plan;
  if (!same) {
    return refuse('decided', `approval ${approval.approval} is ${approval.decision} already, by ${names(approval)}`);
  }
  const permission = permissionOf(approval, decision, actor);
  return permission.allowed ? decided(approval) : refuse('not-allowed', permission.because);
};

const permissionOf = ({ roles, holders, authors }: Approval, { vote }: Decision, actor: Actor): Permission =>
  authorise(actor, { action: vote, roles, holders, authors });

const decided = (approval: Approval): VoteResult => ({
  status: 'decided',
  approval,
  because: describeDecision(approval),
});

/** How an approval was decided, in one sentence. Who decides votes last. */
export const describeDecision = (approval: Approval): string => {
  if (approval.decision === 'approved') return `approved by ${names(approval)}`;
  const last = approval.votes.at(-1);
  return `rejected by ${last?.by}${last === undefined || last.comment === '' ? '' : `: ${last.comment}`}`;
};

const names = (approval: Approval) => approval.votes.map((vote) => vote.by).join(', ');

const refuse = (code: 'decided' | 'expired' | 'other-plan' | 'not-allowed', because: string): VoteResult => ({
  status: 'refused',
  code,
  because,
});
