import type { Digest } from '../blobs/blobs.ts';
import { recordEvent } from '../ledger/events.ts';
import { readRollout } from '../ledger/rollouts.ts';
import { stored, update } from '../ledger/update.ts';
import type { WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import type { StepFunctions } from '../outside/step-functions.ts';
import { digestOf } from '../rollout/digest.ts';
import type { Release } from '../rollout/release.ts';
import type { ApprovalSpec } from '../rollout/wave.ts';
import type { Approval } from './approval.ts';
import { approvalKey, openKey, tokenKey } from './rows.ts';
import { tellDecision } from './tell-decision.ts';

/**
 * Asks for a decision about a plan, on behalf of an execution that waits on `token`. Asking again for the same plan, as a retry does,
 * keeps the votes and replaces the token; where it is decided already, the token is answered at once. Returns the approval as it stands; the token is in a row of its own.
 */
export const requestApproval = async (
  ref: WaveRef,
  plan: Digest,
  spec: ApprovalSpec,
  roles: Release['roles'],
  token: string,
  steps: StepFunctions,
  { ledger, clock }: Pick<Outside, 'ledger' | 'clock'>,
): Promise<Approval> => {
  const now = clock.now();
  const asked: Approval = {
    approval: approvalId(ref, plan),
    rollout: ref.rollout,
    wave: ref.wave,
    release: ref.release,
    plan,
    roles: spec.roles,
    holders: [...new Set(spec.roles.flatMap((role) => roles[role] ?? []))].sort(),
    people: spec.people,
    authors: (await readRollout(ledger, ref.rollout))?.authors ?? [],
    askedAt: now,
    expiresAt: now + spec.expiresMs,
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
  await recordEvent(ledger, ref.rollout, `asked ${approval.approval}`, {
    at: now,
    kind: 'approval',
    wave: ref.wave,
    text: `waits for ${spec.people} of ${spec.roles.join(', ')} to approve ${ref.wave}, until ${new Date(approval.expiresAt).toISOString()}`,
    details: { approval: approval.approval, plan },
  });
  return approval;
};

/** The approval of one plan of one wave of one rollout always has the same id. */
export const approvalId = (ref: WaveRef, plan: Digest): string =>
  `ap-${digestOf(`${ref.rollout} ${ref.wave} ${plan}`).slice(7, 19)}`;
