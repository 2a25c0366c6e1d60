import * as z from 'zod/mini';
import { type Task, task } from '../shared/lambda/task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { keepBlobs as keep } from '../shared/retention/keep-blobs.ts';
import { lambdaOutside } from './outside.ts';

/** Every day: blobs that are still needed are put again, so that only what nobody needs grows old. */
export const keepBlobs = (outside: Outside): Task =>
  task(outside, z.unknown(), (_, { deadline }) => keep(outside, { deadline }));

/** What Lambda calls. */
export const handler = keepBlobs(lambdaOutside());
