import { z } from 'zod';
import { type Task, task } from '../shared/lambda/task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { stepFunctions } from '../shared/outside/step-functions.ts';
import { sweepTurns as sweep } from '../shared/wave/sweep-turns.ts';
import { lambdaOutside } from './outside.ts';

/** Every minute: frees waves whose rollout has ended without freeing them. */
export const sweepTurns = (outside: Outside): Task =>
  task(outside, z.unknown(), () => sweep(stepFunctions(outside), outside));

/** What Lambda calls. */
export const handler = sweepTurns(lambdaOutside());
