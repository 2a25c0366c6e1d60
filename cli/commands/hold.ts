import { endRollout } from '../end-rollout.ts';

/** Ends a rollout under way where it is; what it has written stays. */
export const run = endRollout({ keep: 'yes', becomes: 'what it has written stays' });
