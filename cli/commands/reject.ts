import type { Run } from '../command.ts';
import { decide } from '../decide.ts';

/** Says no, with a reason; the rollout ends. */
export const run: Run = ([id], options, cli) => decide('reject', id, options, cli);
