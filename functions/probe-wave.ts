import type { Task } from '../shared/lambda/task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { releaseOf, waveOf } from '../shared/release/release-of.ts';
import { probeWave as probe } from '../shared/wave/probe-wave.ts';
import { lambdaOutside } from './outside.ts';
import { probedShard } from './tools/inputs.ts';
import { rolloutTask } from './tools/rollout-task.ts';
import { watchingTools } from './tools/watching.ts';

/** State `ProbeWave`: probes the wave's targets, or those of one shard, beside its batches, until its gates are closed. */
export const probeWave = (all: Outside): Task =>
  rolloutTask(all, probedShard, async ({ shard = 0, of = 1, ...ref }, invocation, outside) => {
    const release = await releaseOf(outside.blobs, ref.release);
    return probe(ref, release, waveOf(release, ref.wave), { shard, of }, watchingTools(outside), outside, invocation);
  });

/** What Lambda calls. */
export const handler = probeWave(lambdaOutside());
