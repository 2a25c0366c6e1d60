import * as z from 'zod/mini';
import { probeAvailability as probe } from '../shared/availability/probe-availability.ts';
import { type Task, task } from '../shared/lambda/task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { lambdaOutside } from './outside.ts';
import { availabilityTools } from './tools/availability.ts';

/**
 * Which region to probe from, where that is not the one the function runs in: on one machine, where regions are names. And which part of
 * the targets, where the invocation that the clock began has called this one for it.
 */
const order = z.object({
  region: z.optional(z.string()),
  shard: z.optional(z.int().check(z.gte(0))),
  of: z.optional(z.int().check(z.gte(1))),
});

/** Every minute, in every region: probes, from outside and with no rollout needed, what is verified on each target. */
export const probeAvailability = (all: Outside): Task =>
  task(all, order, ({ region = all.settings.region, shard, of }, invocation, outside) => {
    const part = shard === undefined || of === undefined ? {} : { part: { shard, of } };
    return probe({ region, ...part }, availabilityTools(outside), outside, invocation);
  });

/** What Lambda calls. */
export const handler = probeAvailability(lambdaOutside());
