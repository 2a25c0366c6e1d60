import { type Actor, authorise } from '../access/authorise.ts';
import type { Approval, Vote, VoteResult } from './approval.ts';

/** A person's decision as it arrives: about the plan they were shown. */
export interface Decision {
  readonly plan: string;
  readonly vote: Vote['vote'];
  readonly comment: string;
}

/**
 * What a decision makes of an approval. | decided already | refused | | expired | refused | | another plan digest | refused | | not allowed |
 * refused | | reject | decided: rejected | | approve, enough different people | decided: approved | | approve, too few | counted |.
 * The same person counts once, so approving twice changes nothing. Pure.
 */
export const nextApproval = (approval: Approval, decision: Decision, actor: Actor, now: number): VoteResult => {
  if (approval.decision !== undefined) {
    return refuse('decided', `approval ${approval.approval} is ${approval.decision} already, by ${names(approval)}`);
  }
  if (now >= approval.expiresAt) {
    return refuse('expired', `approval ${approval.approval} expired at ${new Date(approval.expiresAt).toISOString()}`);
  }
  if (decision.plan !== approval.plan) {
    return refuse(
      'other-plan',
      `approval ${approval.approval} is about plan ${approval.plan}, not ${decision.plan}; look at what changes now and decide about that`,
    );
  }
  const { roles, holders, authors } = approval;
  const permission = authorise(actor, { action: decision.vote, roles, holders, authors });
  if (!permission.allowed) return refuse('not-allowed', permission.because);
  const vote: Vote = { by: actor.name, vote: decision.vote, comment: decision.comment, at: now };
  const votes = [...approval.votes.filter((each) => each.by !== actor.name), vote];
  if (decision.vote === 'reject') {
    const said = decision.comment === '' ? '' : `: ${decision.comment}`;
    return {
      status: 'decided',
      approval: { ...approval, votes, decision: 'rejected' },
      because: `rejected by ${actor.name}${said}`,
    };
  }
  const missing = approval.people - votes.length;
  if (missing > 0) {
    return {
      status: 'counted',
      approval: { ...approval, votes },
      because: `${votes.length} of ${approval.people} people said yes`,
    };
  }
  const approved: Approval = { ...approval, votes, decision: 'approved' };
  return { status: 'decided', approval: approved, because: `approved by ${names(approved)}` };
};

const names = (approval: Approval) => approval.votes.map((vote) => vote.by).join(', ');

const refuse = (code: 'decided' | 'expired' | 'other-plan' | 'not-allowed', because: string): VoteResult => ({
  status: 'refused',
  code,
  because,
});
