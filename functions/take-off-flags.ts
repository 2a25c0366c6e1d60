import * as z from 'zod/mini';
import type { Task } from '../shared/lambda/task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { releaseOf, waveOf } from '../shared/release/release-of.ts';
import { audienceOf } from '../shared/rollout/audience.ts';
import { takeOffFlags as takeOff } from '../shared/wave/take-off-flags.ts';
import { verifyDeployed } from '../shared/wave/verify-target.ts';
import { lambdaOutside } from './outside.ts';
import { flagTools } from './tools/flags.ts';
import { gateTools } from './tools/gates.ts';
import { because, plannedWave } from './tools/inputs.ts';
import { rolloutTask } from './tools/rollout-task.ts';
import { seenTools } from './tools/seen.ts';
import { tell } from './tools/tell.ts';
import { verifyingTools } from './tools/verifying.ts';

const input = z.extend(plannedWave, { ended: z.object({ status: z.string(), because }) });

/** State `TakeOffFlags`: the flags of a wave back to what they were, and whether that cured it. */
export const takeOffFlags = (all: Outside): Task =>
  rolloutTask(all, input, async ({ plan, ended, ...ref }, invocation, outside) => {
    const release = await releaseOf(outside.blobs, ref.release);
    const verifyTarget = verifyDeployed(release, plan, verifyingTools(release.settled, outside), outside);
    const path = `/rollouts/${ref.rollout}`;
    const tools = {
      ...gateTools(outside, plan),
      ...flagTools(outside),
      verifyTarget,
      ...seenTools(outside),
      tell: (key: string, text: string) => tell({ key, text, path }, outside, audienceOf(release.targets[ref.wave])),
    };
    return takeOff(ref, release, waveOf(release, ref.wave), plan, ended, tools, outside, invocation);
  });

/** What Lambda calls. */
export const handler = takeOffFlags(lambdaOutside());
