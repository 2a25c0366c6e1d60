import type { Task } from '../shared/lambda/task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { releaseOf, waveOf } from '../shared/release/release-of.ts';
import { awaitEntry as wait } from '../shared/wave/await-entry.ts';
import { lambdaOutside } from './outside.ts';
import { plannedWave } from './tools/inputs.ts';
import { rolloutTask } from './tools/rollout-task.ts';

/** State `AwaitEntry`: may the wave be entered now, or what does it wait for? */
export const awaitEntry = (all: Outside): Task =>
  rolloutTask(all, plannedWave, async ({ plan, ...ref }, _, outside) => {
    const release = await releaseOf(outside.blobs, ref.release);
    return wait(ref, release, waveOf(release, ref.wave), plan, outside);
  });

/** What Lambda calls. */
export const handler = awaitEntry(lambdaOutside());
