import type { Run } from '../command.ts';
import { decide } from '../decide.ts';

/** Says yes to exactly one plan. */
export const run: Run = ([id], options, cli) => decide('approve', id, options, cli);
