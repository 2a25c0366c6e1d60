import { ActionRefused, type Actions } from '../console/actions.ts';
import { planView } from '../console/views/plan.ts';
import { planningTools } from '../functions/tools/planning.ts';
import { preparingTools } from '../functions/tools/preparing.ts';
import type { Actor } from '../shared/access/authorise.ts';
import { decideApproval } from '../shared/approval/decide-approval.ts';
import { executionName } from '../shared/intake/event-name.ts';
import { headOf, standingOf } from '../shared/intake/github.ts';
import { revertPin } from '../shared/intake/revert-pin.ts';
import type { Answer, Received } from '../shared/lambda/http-task.ts';
import { readRollout } from '../shared/ledger/rollouts.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { stepFunctions } from '../shared/outside/step-functions.ts';
import { buildRelease } from '../shared/release/prepare-release.ts';
import { type StartResult, startRollout } from '../shared/release/start-rollout.ts';
import { previewTargets } from '../shared/wave/preview-fleet.ts';
import type { LocalFunctions } from './functions.ts';

/** How long planning a whole fleet for a person may take. */
const planMs = 120_000;

/** What the console and the command line set in motion on one machine. */
export const consoleActions = (outside: Outside, functions: LocalFunctions): Actions => {
  const steps = stepFunctions(outside);
  const { name: repository } = outside.settings.configRepository;
  const start = async (commit: string, actor: Actor): Promise<StartResult> => {
    const request = { repository, commit, by: actor.name, authors: [] };
    return startRollout(request, executionName(repository, commit), steps, outside);
  };
  return {
    decide: (approval, decision, actor) => decideApproval(approval, decision, actor, steps, outside),
    release: async (commit, actor) => start(await onBranch(commit, outside), actor),
    rollback: async (rollout, actor) => {
      const row = await readRollout(outside.ledger, rollout);
      if (row === undefined) throw new ActionRefused(404, 'UNKNOWN_ROLLOUT', `there is no rollout ${rollout}`);
      if (row.end === undefined) {
        throw new ActionRefused(
          409,
          'STILL_RUNNING',
          `rollout ${rollout} has not ended; what it changed goes back by itself if it fails`,
        );
      }
      const reverted = await revertPin(outside, { commit: row.commit }, deadline(outside, planMs));
      if (reverted.outcome === 'reverted') return start(reverted.commit, actor);
      throw new ActionRefused(
        409,
        'NOT_REVERTED',
        `git was not taken back: ${reverted.outcome}${'because' in reverted ? `, ${reverted.because}` : ''}`,
      );
    },
    plan: async (asked) => {
      const commit = await onBranch(asked, outside);
      const signal = deadline(outside, planMs);
      const built = await buildRelease(commit, preparingTools(outside), outside.blobs, signal);
      if (!built.ok) return { status: 'refused', commit, problems: built.problems };
      const previews = await previewTargets(built.digest, built.release, planningTools(outside), outside, signal);
      return planView(commit, built.digest, built.release, previews);
    },
    receiveMerge: (received) => deliverTo(functions, 'receiveMerge', received),
    receiveArtifact: (received) => deliverTo(functions, 'receiveArtifact', received),
  };
};

/** The full name of a commit that is on the branch: `HEAD` is the branch's own. Throws `ActionRefused`. */
const onBranch = async (asked: string, outside: Outside): Promise<string> => {
  const { name, branch } = outside.settings.configRepository;
  const signal = deadline(outside, planMs);
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

const deadline = ({ clock }: Pick<Outside, 'clock'>, ms: number): AbortSignal => {
  const abort = new AbortController();
  clock.after(ms, () => abort.abort(new Error(`not finished within ${ms} ms`)));
  return abort.signal;
};

const deliverTo = async (
  functions: LocalFunctions,
  name: 'receiveMerge' | 'receiveArtifact',
  { headers, body }: Received,
): Promise<Answer> => {
  const event = { version: '2.0', headers, body: Buffer.from(body).toString('base64'), isBase64Encoded: true };
  const answer = (await functions.call(name, event)) as { readonly statusCode: number; readonly body: string };
  return { status: answer.statusCode, body: JSON.parse(answer.body) };
};
