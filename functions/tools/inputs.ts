import * as z from 'zod/mini';
import { readCause } from '../../shared/rollout/read-cause.ts';

const digest = z.templateLiteral(['sha256:', z.string().check(z.regex(/^[0-9a-f]{64}$/))]);
const name = z.string().check(z.minLength(1), z.maxLength(128));

/** What `RunWave` and `RollBackWave` give to the wave machine. */
export const waveRef = z.object({
  rollout: name,
  release: digest,
  wave: name,
  direction: z.enum(['forward', 'back']),
});

/** A wave, which part of its targets is probed, and from which region where that is not the home one. */
export const probedShard = z.extend(waveRef, {
  region: z.optional(name),
  shard: z.optional(z.int().check(z.gte(0))),
  of: z.optional(z.int().check(z.gte(1))),
});

/** A wave and its plan digest. */
export const plannedWave = z.extend(waveRef, { plan: digest });

/** A wave before it is entered: whether people have approved it already. */
export const enteredWave = z.extend(plannedWave, { isApproved: z.boolean() });

/** What the distributed map gives to the deployment machine. */
export const deploymentRef = z.extend(plannedWave, {
  target: name,
  planned: digest,
  again: z.optional(z.int().check(z.gte(1))),
});

/** A wave, or a plan, that waits on a task token. */
export const waitingWave = z.extend(waveRef, { token: z.string().check(z.minLength(1)) });
export const waitingPlan = z.extend(plannedWave, { token: z.string().check(z.minLength(1)) });

/** A reason that may have been a failed function's. */
export const because = z.pipe(z.string(), z.transform(readCause));

/** The status of the step before, with what else it said. */
export const stepResult = z.object({
  status: z.optional(z.string()),
  outcome: z.optional(z.string()),
  because: z.optional(because),
});

/** What the rollout machine is started with. */
export const rolloutRef = z.object({
  rollout: name,
  repository: z.string().check(z.minLength(1)),
  commit: z.string().check(z.regex(/^[0-9a-f]{40}$/)),
});
