import { z } from 'zod';
import { readCause } from '../../shared/rollout/read-cause.ts';

const digest = z.templateLiteral(['sha256:', z.string().regex(/^[0-9a-f]{64}$/)]);
const name = z.string().min(1).max(128);

/** What `RunWave` and `RollBackWave` give to the wave machine. */
export const waveRef = z.object({
  rollout: name,
  release: digest,
  wave: name,
  direction: z.enum(['forward', 'back']),
});

/** A wave and its plan digest. */
export const plannedWave = waveRef.extend({ plan: digest });

/** A wave before it is entered: whether people have approved it already. */
export const enteredWave = plannedWave.extend({ isApproved: z.boolean() });

/** What the distributed map gives to the deployment machine. */
export const deploymentRef = plannedWave.extend({ target: name, planned: digest });

/** A wave, or a plan, that waits on a task token. */
export const waitingWave = waveRef.extend({ token: z.string().min(1) });
export const waitingPlan = plannedWave.extend({ token: z.string().min(1) });

/** A reason that may have been a failed function's. */
export const because = z.string().transform(readCause);

/** The status of the step before, with what else it said. */
export const stepResult = z.object({
  status: z.string().optional(),
  outcome: z.string().optional(),
  because: because.optional(),
});

/** What the rollout machine is started with. */
export const rolloutRef = z.object({
  rollout: name,
  repository: z.string().min(1),
  commit: z.string().regex(/^[0-9a-f]{40}$/),
});
