import * as z from 'zod/mini';
import type { Task } from '../shared/lambda/task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { releaseOf } from '../shared/release/release-of.ts';
import { previewFleet as preview } from '../shared/wave/preview-fleet.ts';
import { lambdaOutside } from './outside.ts';
import { flagTools } from './tools/flags.ts';
import { waveRef } from './tools/inputs.ts';
import { planningTools } from './tools/planning.ts';
import { rolloutTask } from './tools/rollout-task.ts';

const input = z.object({ rollout: waveRef.shape.rollout, release: waveRef.shape.release });

/** State `PreviewFleet`: plans the whole fleet once, before anything is written. */
export const previewFleet = (all: Outside): Task =>
  rolloutTask(all, input, async ({ rollout, release }, { signal }, outside) =>
    preview(
      rollout,
      release,
      await releaseOf(outside.blobs, release),
      { ...planningTools(outside), ...flagTools(outside) },
      outside,
      signal,
    ),
  );

/** What Lambda calls. */
export const handler = previewFleet(lambdaOutside());
