import * as z from 'zod/mini';
import { probeAvailability as probe } from '../shared/availability/probe-availability.ts';
import { type Task, task } from '../shared/lambda/task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { lambdaOutside } from './outside.ts';
import { availabilityTools } from './tools/availability.ts';

/** Which region to probe from, where that is not the one the function runs in: on one machine, where regions are names. */
const order = z.object({ region: z.optional(z.string()) });

/** Every minute, in every region: probes, from outside and with no rollout needed, what is verified on each target. */
export const probeAvailability = (outside: Outside): Task =>
  task(outside, order, ({ region = outside.settings.region }, invocation) =>
    probe(region, availabilityTools(outside), outside, invocation),
  );

/** What Lambda calls. */
export const handler = probeAvailability(lambdaOutside());
