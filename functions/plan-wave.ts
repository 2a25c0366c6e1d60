import type { Task } from '../shared/lambda/task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { releaseOf, waveOf } from '../shared/release/release-of.ts';
import { planWave as plan } from '../shared/wave/plan-wave.ts';
import { lambdaOutside } from './outside.ts';
import { flagTools } from './tools/flags.ts';
import { waveRef } from './tools/inputs.ts';
import { planningTools } from './tools/planning.ts';
import { rolloutTask } from './tools/rollout-task.ts';

/** State `PlanWave`: plans the wave against what is live, with its turn held. */
export const planWave = (all: Outside): Task =>
  rolloutTask(all, waveRef, async (ref, invocation, outside) => {
    const release = await releaseOf(outside.blobs, ref.release);
    return plan(
      ref,
      release,
      waveOf(release, ref.wave),
      { ...planningTools(outside), ...flagTools(outside) },
      outside,
      invocation,
    );
  });

/** What Lambda calls. */
export const handler = planWave(lambdaOutside());
