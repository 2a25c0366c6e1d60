import type { Task } from '../shared/lambda/task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { releaseOf, waveOf } from '../shared/release/release-of.ts';
import { setFlags as set } from '../shared/wave/set-flags.ts';
import { verifyDeployed } from '../shared/wave/verify-target.ts';
import { lambdaOutside } from './outside.ts';
import { flagTools } from './tools/flags.ts';
import { plannedWave } from './tools/inputs.ts';
import { rolloutTask } from './tools/rollout-task.ts';
import { verifyingTools } from './tools/verifying.ts';

/** State `SetFlags`: the flags of a wave whose targets all run what was deployed. */
export const setFlags = (all: Outside): Task =>
  rolloutTask(all, plannedWave, async ({ plan, ...ref }, invocation, outside) => {
    const release = await releaseOf(outside.blobs, ref.release);
    const verifyTarget = verifyDeployed(release, plan, verifyingTools(release.settled, outside), outside);
    const tools = { ...flagTools(outside), verifyTarget };
    return set(ref, release, waveOf(release, ref.wave), plan, tools, outside, invocation);
  });

/** What Lambda calls. */
export const handler = setFlags(lambdaOutside());
