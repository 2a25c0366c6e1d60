import type { Digest } from '../blobs/blobs.ts';
import { type RolloutEvent, recordEvent } from '../ledger/events.ts';
import type { Write } from '../ledger/ledger.ts';
import { readRollout } from '../ledger/rollouts.ts';
import { stored, update } from '../ledger/update.ts';
import type { WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import type { StepFunctions } from '../outside/step-functions.ts';
import type { ApprovalAsk } from '../rollout/approval-ask.ts';
import { digestOf } from '../rollout/digest.ts';
import { describeOpenBudgets } from '../rollout/lifted-budgets.ts';
import type { Release } from '../rollout/release.ts';
import type { Approval } from './approval.ts';
import { approvalKey, openKey, tokenKey } from './rows.ts';
import { tellDecision } from './tell-decision.ts';

/** What asking needs of what is beside it. */
export interface AskTools {
  readonly steps: StepFunctions;
  /** The rows of what people are told, for the write that says they were asked; none where they are told. */
  noticeOf(approval: string): Promise<readonly Write[]>;
}

/**
 * Asks for a decision about a plan, on behalf of an execution that waits on `token`. Asking again for the same plan, as a retry does,
 * keeps the votes and replaces the token; where it is decided already, the token is answered at once, and nobody is told. Returns the approval as it stands; the token is in a row of its own.
 */
export const requestApproval = async (
  ref: WaveRef,
  plan: Digest,
  ask: ApprovalAsk,
  roles: Release['roles'],
  token: string,
  { steps, noticeOf }: AskTools,
  { ledger, clock }: Pick<Outside, 'ledger' | 'clock'>,
): Promise<Approval> => {
  const now = clock.now();
  const asked: Approval = {
    approval: approvalId(ref, plan),
    rollout: ref.rollout,
    wave: ref.wave,
    release: ref.release,
    plan,
    roles: ask.roles,
    holders: holdersOf(ask.roles, roles),
    people: ask.people,
    ...(ask.deletes === undefined ? {} : { deletes: { ...ask.deletes, holders: holdersOf(ask.deletes.roles, roles) } }),
    ...(ask.budgets === undefined ? {} : { budgets: ask.budgets }),
    authors: (await readRollout(ledger, ref.rollout))?.authors ?? [],
    askedAt: now,
    expiresAt: now + ask.expiresMs,
    votes: [],
  };
  // The token first: a decision that comes now finds it, and one that came before is found below.
  await update(ledger, tokenKey(asked.approval), () => ({ token }));
  const row = await update(ledger, approvalKey(asked.approval), (before) =>
    before === undefined ? { ...asked } : undefined,
  );
  const approval = row === undefined ? asked : stored<Approval>(row);
  if (approval.decision !== undefined) {
    await tellDecision(approval, steps, ledger);
    return approval;
  }
  await update(ledger, openKey(approval.approval), () => ({ approval: approval.approval }), approval.expiresAt);
  const asking: RolloutEvent = {
    at: now,
    kind: 'approval',
    wave: ref.wave,
    text: `waits for ${ask.people} of ${ask.roles.join(', ')} to approve ${ref.wave}${namingOf(ask)}${liftingOf(ask)}, until ${new Date(approval.expiresAt).toISOString()}`,
    details: {
      approval: approval.approval,
      plan,
      ...(ask.deletes === undefined ? {} : { deletes: ask.deletes.count }),
      ...(ask.budgets === undefined ? {} : { budgets: ask.budgets }),
    },
  };
  const told = await noticeOf(approval.approval);
  await recordEvent(ledger, ref.rollout, `asked ${approval.approval}`, asking, told);
  return approval;
};

const holdersOf = (asked: readonly string[], roles: Release['roles']): readonly string[] =>
  [...new Set(asked.flatMap((role) => roles[role] ?? []))].sort();

const namingOf = ({ deletes }: ApprovalAsk): string =>
  deletes === undefined
    ? ''
    : ` and for ${deletes.people} of ${deletes.roles.join(', ')} to name the ${deletes.count} objects it deletes`;

const liftingOf = ({ budgets }: ApprovalAsk): string =>
  budgets === undefined ? '' : `, although ${describeOpenBudgets(budgets)}`;

/** The approval of one plan of one wave of one rollout always has the same id. */
export const approvalId = (ref: WaveRef, plan: Digest): string =>
  `ap-${digestOf(`${ref.rollout} ${ref.wave} ${plan}`).slice(7, 19)}`;
