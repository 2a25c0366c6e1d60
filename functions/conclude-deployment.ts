import * as z from 'zod/mini';
import { concludeDeployment as conclude } from '../shared/deployment/conclude-deployment.ts';
import type { Task } from '../shared/lambda/task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { lambdaOutside } from './outside.ts';
import { deploymentRef, stepResult } from './tools/inputs.ts';
import { rolloutTask } from './tools/rollout-task.ts';

const input = z.object({ deployment: deploymentRef, result: stepResult });

/** State `ConcludeDeployment`: records how it ended and frees the write lease. */
export const concludeDeployment = (all: Outside): Task =>
  rolloutTask(all, input, ({ deployment, result }, _, outside) => conclude(deployment, result, outside));

/** What Lambda calls. */
export const handler = concludeDeployment(lambdaOutside());
