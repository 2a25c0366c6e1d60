import { ActionRefused, type Actions } from '../../console/actions.ts';
import type { Actor } from '../../shared/access/authorise.ts';
import { decideApproval } from '../../shared/approval/decide-approval.ts';
import { executionName } from '../../shared/intake/event-name.ts';
import { headOf, standingOf } from '../../shared/intake/github.ts';
import { peopleOf } from '../../shared/intake/people-of.ts';
import { readRollout } from '../../shared/ledger/rollouts.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import { stepFunctions } from '../../shared/outside/step-functions.ts';
import { type StartResult, startRollout } from '../../shared/release/start-rollout.ts';
import { holdingActions } from './holding-actions.ts';

/** What each place has a way of its own for. */
export type Elsewhere = Pick<
  Actions,
  'receiveMerge' | 'receiveArtifact' | 'receiveAlerts' | 'receiveTest' | 'diagnose'
>;

/** What the console and the command line set in motion, wherever they run. What asks git or the fleet ends after `withinMs`. */
export const consoleActions = (outside: Outside, elsewhere: Elsewhere, withinMs: number): Actions => {
  const steps = stepFunctions(outside);
  const { name: repository } = outside.settings.configRepository;
  const start = async (commit: string, actor: Actor, signal: AbortSignal, rollback = false): Promise<StartResult> => {
    const people = await peopleOf(outside, commit, signal);
    // Four eyes: who starts a rollout is one pair. The owner of an instance of one machine is all there is.
    const authors = actor.roles === 'all' ? people : [...new Set([...people, actor.name])].sort();
    const request = { repository, commit, by: actor.name, authors, rollback };
    return startRollout(request, executionName(repository, commit), steps, outside);
  };
  return {
    ...elsewhere,
    ...holdingActions(outside),
    decide: (approval, decision, actor) => decideApproval(approval, decision, actor, steps, outside),
    release: (commit, actor) =>
      within(outside, withinMs, async (signal) => start(await onBranch(commit, outside, signal), actor, signal)),
    rollback: (rollout, actor) =>
      within(outside, withinMs, async (signal) =>
        start(await takenBack(rollout, outside, signal), actor, signal, true),
      ),
    plan: (asked, planned) =>
      within(outside, withinMs, async (signal) => {
        const commit = await onBranch(asked ?? 'HEAD', outside, signal);
        // Pages are served without what plans.
        const { planCommit } = await import('./plan-commit.ts');
        return planCommit(commit, planned, outside, signal);
      }),
  };
};

/** The full name of a commit that is on the branch: `HEAD` is the branch's own. Throws `ActionRefused`. */
const onBranch = async (asked: string, outside: Outside, signal: AbortSignal): Promise<string> => {
  const { name, branch } = outside.settings.configRepository;
  if (asked === 'HEAD' || asked === branch) return headOf(outside, signal);
  if (!/^[0-9a-f]{40}$/.test(asked)) {
    throw new ActionRefused(400, 'BAD_COMMIT', `commit ${asked.slice(0, 60)}: expected 40 hexadecimal digits, or HEAD`);
  }
  if ((await standingOf(outside, asked, signal)) === 'absent') {
    throw new ActionRefused(
      404,
      'UNKNOWN_COMMIT',
      `commit ${asked} is not on ${branch} of ${name}; push it there first`,
    );
  }
  return asked;
};

/** The commit that takes an ended rollout's pins back. Throws `ActionRefused`. */
const takenBack = async (rollout: string, outside: Outside, signal: AbortSignal): Promise<string> => {
  const row = await readRollout(outside.ledger, rollout);
  if (row === undefined) throw new ActionRefused(404, 'UNKNOWN_ROLLOUT', `there is no rollout ${rollout}`);
  if (row.only !== undefined) {
    const because = `rollout ${rollout} brings to ${row.only} what the fleet has; roll that back, and it follows`;
    throw new ActionRefused(409, 'FOLLOWS', because);
  }
  if (row.end === undefined) {
    throw new ActionRefused(
      409,
      'STILL_RUNNING',
      `rollout ${rollout} has not ended; what it changed goes back by itself if it fails`,
    );
  }
  const { revertPin } = await import('../../shared/intake/revert-pin.ts');
  const reverted = await revertPin(outside, { commit: row.commit }, signal);
  if (reverted.outcome === 'reverted') return reverted.commit;
  throw new ActionRefused(
    409,
    'NOT_REVERTED',
    `git was not taken back: ${reverted.outcome}${'because' in reverted ? `, ${reverted.because}` : ''}`,
  );
};

/** Runs something that ends after so long. */
export const within = async <Result>(
  { clock }: Pick<Outside, 'clock'>,
  ms: number,
  run: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> => {
  const abort = new AbortController();
  const cancel = clock.after(ms, () => abort.abort(new Error(`not finished within ${ms} ms`)));
  try {
    return await run(abort.signal);
  } finally {
    cancel();
  }
};
