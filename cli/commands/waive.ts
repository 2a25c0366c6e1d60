import type { Run } from '../command.ts';
import { lift, parseScope, requireComment } from '../hold.ts';

/** Lets releases by while alerts fire. */
export const run: Run = async ([what = ''], options, cli) => {
  requireComment(options);
  return lift({ kind: 'alert', ...parseScope(what) }, options, cli);
};
