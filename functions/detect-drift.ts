import * as z from 'zod/mini';
import { detectDrift as detect } from '../shared/drift/detect-drift.ts';
import { type Task, task } from '../shared/lambda/task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { lambdaOutside } from './outside.ts';
import { driftTools } from './tools/drift.ts';

/** Every five minutes: whether targets still have what was verified on them. */
export const detectDrift = (all: Outside): Task =>
  task(all, z.unknown(), (_, invocation, outside) => detect(driftTools(outside), outside, invocation));

/** What Lambda calls. */
export const handler = detectDrift(lambdaOutside());
