import * as z from 'zod/mini';
import { type Task, task } from '../shared/lambda/task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { probeAvailability as probe } from '../shared/wave/probe-availability.ts';
import { lambdaOutside } from './outside.ts';
import { probingTools } from './tools/probing.ts';

/** Every minute: probes, from outside and with no rollout needed, what is verified on each target. */
export const probeAvailability = (outside: Outside): Task =>
  task(outside, z.unknown(), (_, invocation) => probe(probingTools(outside), outside, invocation));

/** What Lambda calls. */
export const handler = probeAvailability(lambdaOutside());
