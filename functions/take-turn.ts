import type { Task } from '../shared/lambda/task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { stepFunctions } from '../shared/outside/step-functions.ts';
import { releaseOf, waveOf } from '../shared/release/release-of.ts';
import { takeTurn as take } from '../shared/wave/take-turn.ts';
import { lambdaOutside } from './outside.ts';
import { waitingWave } from './tools/inputs.ts';
import { rolloutTask } from './tools/rollout-task.ts';

/** State `TakeTurn`: asks for the wave; the answer goes to the task token. */
export const takeTurn = (all: Outside): Task =>
  rolloutTask(all, waitingWave, async ({ token, ...ref }, _, outside) => {
    const release = await releaseOf(outside.blobs, ref.release);
    return take(ref, waveOf(release, ref.wave), token, stepFunctions(outside), outside);
  });

/** What Lambda calls. */
export const handler = takeTurn(lambdaOutside());
