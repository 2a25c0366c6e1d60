import type { Ledger } from '../ledger/ledger.ts';
import { stored } from '../ledger/update.ts';
import type { StepFunctions } from '../outside/step-functions.ts';
import type { Approval } from './approval.ts';
import { describeDecision } from './next-approval.ts';
import { openKey, readApprovalsToTell, tokenKey } from './rows.ts';

/**
 * Tells the state machine what was decided, and only then closes the question: a question that is decided and open is one whose decision
 * may not have arrived. Nobody waiting on the token any more means that the wave has ended: its time-out came first, and the wave's own
 * outcome stands. Twice is as once.
 */
export const tellDecision = async (approval: Approval, steps: StepFunctions, ledger: Ledger): Promise<void> => {
  const token = await ledger.get(tokenKey(approval.approval));
  if (token !== undefined) {
    const output = { decision: approval.decision, because: describeDecision(approval) };
    await steps.succeed(stored<{ token: string }>(token).token, output);
  }
  const open = await ledger.get(openKey(approval.approval));
  if (open !== undefined) await ledger.remove({ ...openKey(approval.approval), expect: open.version });
};

/**
 * Tells every decision that was stored by somebody who died before telling it. Returns their ids. One that can not be told holds up no other: throws
 * what the first of those threw when all have been tried. Twice is as once.
 */
export const sweepApprovals = async (
  steps: StepFunctions,
  ledger: Ledger,
): Promise<{ readonly told: readonly string[] }> => {
  const approvals = await readApprovalsToTell(ledger);
  const failures: unknown[] = [];
  for (const approval of approvals) {
    await tellDecision(approval, steps, ledger).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
  return { told: approvals.map(({ approval }) => approval) };
};
