import { type Task, task } from '../shared/lambda/task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { releaseOf, waveOf } from '../shared/release/release-of.ts';
import { awaitEntry as wait } from '../shared/wave/await-entry.ts';
import { lambdaOutside } from './outside.ts';
import { plannedWave } from './tools/inputs.ts';

/** State `AwaitEntry`: may the wave be entered now, or what does it wait for? */
export const awaitEntry = (outside: Outside): Task =>
  task(outside, plannedWave, async ({ plan, ...ref }) => {
    const release = await releaseOf(outside.blobs, ref.release);
    return wait(ref, release, waveOf(release, ref.wave), plan, outside);
  });

/** What Lambda calls. */
export const handler = awaitEntry(lambdaOutside());
