import * as z from 'zod/mini';
import { type Task, task } from '../shared/lambda/task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { keepBlobs as keep } from '../shared/retention/keep-blobs.ts';
import { lambdaOutside } from './outside.ts';

/** Every day: blobs that are still needed are put again, so that only what nobody needs grows old. */
export const keepBlobs = (all: Outside): Task =>
  task(all, z.unknown(), (_, { deadline }, outside) => keep(outside, { deadline }));

/** What Lambda calls. */
export const handler = keepBlobs(lambdaOutside());
