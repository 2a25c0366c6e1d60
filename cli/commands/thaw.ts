import type { Run } from '../command.ts';
import { lift, parseScope } from '../hold.ts';

/** Lifts a freeze. */
export const run: Run = async ([what = ''], options, cli) =>
  lift({ kind: 'freeze', ...parseScope(what) }, options, cli);
