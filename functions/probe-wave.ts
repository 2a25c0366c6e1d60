import type { Task } from '../shared/lambda/task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { releaseOf, waveOf } from '../shared/release/release-of.ts';
import { probeWave as probe } from '../shared/wave/probe-wave.ts';
import { lambdaOutside } from './outside.ts';
import { callProber } from './tools/call-prober.ts';
import { probedShard } from './tools/inputs.ts';
import { rolloutTask } from './tools/rollout-task.ts';
import { watchingTools } from './tools/watching.ts';

/**
 * State `ProbeWave`: probes the wave's targets, or those of one shard, beside its batches, until its gates are closed; with a region, as the
 * loop of that region, which the one of the home region has called.
 */
export const probeWave = (all: Outside): Task =>
  rolloutTask(all, probedShard, async ({ shard = 0, of = 1, region, ...ref }, invocation, outside) => {
    const release = await releaseOf(outside.blobs, ref.release);
    const probing = { shard, of, ...(region === undefined ? {} : { region }) };
    const tools = { ...watchingTools(outside), callProber: callProber(outside) };
    return probe(ref, release, waveOf(release, ref.wave), probing, tools, outside, invocation);
  });

/** What Lambda calls. */
export const handler = probeWave(lambdaOutside());
