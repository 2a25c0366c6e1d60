import { endRollout } from '../end-rollout.ts';

/** Ends a rollout under way; what it changed goes back. */
export const run = endRollout({ keep: 'no', becomes: 'what it changed goes back' });
