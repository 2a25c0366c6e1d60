import type * as z from 'zod/mini';
import { rideOut } from '../../shared/deployment/ride-out.ts';
import type { Task } from '../../shared/lambda/task.ts';
import type { Invocation, Outside } from '../../shared/outside/outside.ts';
import { deploymentRef } from './inputs.ts';
import { rolloutTask } from './rollout-task.ts';

/** A task that is a step of a deployment and works on its target: an outage of that is ridden out. */
export const deploymentTask = (
  all: Outside,
  run: (ref: z.infer<typeof deploymentRef>, invocation: Invocation, outside: Outside) => Promise<unknown>,
): Task =>
  rolloutTask(all, deploymentRef, (ref, invocation, outside) =>
    rideOut(ref, () => run(ref, invocation, outside), outside),
  );
