import { type PlanView, planView } from '../../console/views/plan.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import { buildRelease } from '../../shared/release/prepare-release.ts';
import { previewTargets } from '../../shared/wave/preview-fleet.ts';
import { planningTools } from './planning.ts';
import { preparingTools } from './preparing.ts';
import { previewFlags } from './preview-flags.ts';

/** What releasing a commit of the branch would change, on every target. Writes blobs, and nothing in a cluster. */
export const planCommit = async (commit: string, outside: Outside, signal: AbortSignal): Promise<PlanView> => {
  const built = await buildRelease(commit, preparingTools(outside), outside.blobs, signal);
  if (!built.ok) return { status: 'refused', commit, problems: built.problems, refusals: [] };
  const { digest, release } = built;
  return planView(
    commit,
    digest,
    release,
    await previewTargets({ release: digest }, release, planningTools(outside), outside, signal),
    await previewFlags(release, outside, signal),
  );
};
