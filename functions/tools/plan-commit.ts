import { ActionRefused } from '../../console/actions.ts';
import { type PlanView, planView } from '../../console/views/plan.ts';
import type { Actor } from '../../shared/access/authorise.ts';
import { hiddenFrom } from '../../shared/access/policy.ts';
import { ownedBlobs } from '../../shared/blobs/blobs.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import { buildRelease } from '../../shared/release/prepare-release.ts';
import { failureOf } from '../../shared/rollout/failures.ts';
import { ownerMark } from '../../shared/rollout/own-rollout.ts';
import { withoutTargets } from '../../shared/rollout/without-targets.ts';
import { previewTargets } from '../../shared/wave/preview-fleet.ts';
import { once } from './once.ts';
import { planningTools } from './planning.ts';
import { preparingTools } from './preparing.ts';
import { previewFlags } from './preview-flags.ts';

/** What of a release is planned, and for whom. */
export interface PlanAsked {
  readonly actor: Actor;
  /** Targets whose existence is not for whoever asks. */
  readonly hidden: ReadonlySet<string>;
  /** The one private target that is meant; without it all that are not private. */
  readonly target?: string | undefined;
}

/**
 * What releasing a commit of the branch would change on every target of the fleet or, by its name, on one private target. Writes blobs, and
 * nothing in a cluster. Throws `ActionRefused` for a private target that the commit does not have, and in the same words for one that is hidden
 * from whoever asks: by what was prepared last, or by the commit itself. What is wrong with one is told to whoever may see it.
 */
export const planCommit = async (
  commit: string,
  asked: PlanAsked,
  all: Outside,
  signal: AbortSignal,
): Promise<PlanView> => {
  try {
    return await planAsked(commit, asked, all, signal);
  } catch (error) {
    throw asked.target === undefined || error instanceof ActionRefused ? error : failureOf(asked.target, error);
  }
};

const planAsked = async (
  commit: string,
  { actor, hidden, target }: PlanAsked,
  all: Outside,
  signal: AbortSignal,
): Promise<PlanView> => {
  // What is rendered and planned for a private target is its own, as in its rollouts.
  const blobs = ownedBlobs(all.blobs, target === undefined ? undefined : ownerMark(target));
  const outside = { ...all, blobs };
  if (target !== undefined && hidden.has(target)) throw unknown(target, commit);
  const preparing = preparingTools(outside);
  // Of a private target the config is read before it is built, by whom it may be seen: both of one fetch.
  const readFiles = once(() => preparing.readFiles(commit, signal));
  const readConfig = once(async () => preparing.readConfig(await readFiles()));
  const tools = { ...preparing, readFiles, readConfig };
  if (target !== undefined) requirePrivate(target, commit, actor, await readConfig());
  const built = await buildRelease(commit, tools, outside.blobs, signal, target);
  if (!built.ok) {
    const config = await readConfig();
    // The commit may name a private target that was never prepared.
    const unseen = config.ok ? hiddenFrom(actor, config.fleet.access) : hidden;
    return { status: 'refused', commit, problems: withoutTargets(built.problems, unseen), refusals: [] };
  }
  const { digest, release, fleet } = built;
  const unseen = hiddenFrom(actor, fleet.access);
  const following = fleet.following.map((each) => each.target.name).filter((name) => !unseen.has(name));
  return planView(
    commit,
    digest,
    release,
    await previewTargets({ release: digest }, release, planningTools(outside), outside, signal),
    await previewFlags(release, outside, signal),
    target === undefined ? following : [],
  );
};

const unknown = (target: string, commit: string): ActionRefused =>
  new ActionRefused(
    404,
    'UNKNOWN_TARGET',
    `there is no private target ${JSON.stringify(target)} in the config of ${commit.slice(0, 12)}; without --target the plan is of all others`,
  );

/** The commit says itself who sees a target of it, which need not have been prepared yet. A config with mistakes is told by whoever builds. */
const requirePrivate = (
  target: string,
  commit: string,
  actor: Actor,
  config: Awaited<ReturnType<ReturnType<typeof preparingTools>['readConfig']>>,
): void => {
  if (!config.ok) return;
  const { following, access } = config.fleet;
  const isThere = following.some((each) => each.target.name === target);
  if (!isThere || hiddenFrom(actor, access).has(target)) throw unknown(target, commit);
};
