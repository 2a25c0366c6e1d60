import type { Task } from '../shared/lambda/task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { releaseOf, waveOf } from '../shared/release/release-of.ts';
import { nextBatch as next } from '../shared/wave/next-batch.ts';
import { lambdaOutside } from './outside.ts';
import { plannedWave } from './tools/inputs.ts';
import { rolloutTask } from './tools/rollout-task.ts';

/** State `NextBatch`: the targets that are deployed to next, or that all are, or that the wave has failed. */
export const nextBatch = (all: Outside): Task =>
  rolloutTask(all, plannedWave, async ({ plan, ...ref }, _, outside) => {
    const release = await releaseOf(outside.blobs, ref.release);
    return next(ref, release, waveOf(release, ref.wave), plan, outside);
  });

/** What Lambda calls. */
export const handler = nextBatch(lambdaOutside());
