import { type FlagSetting, isSameSetting } from './flag.ts';

export interface FlagBackFacts {
  /** What it was before this rollout, and is to be again. */
  readonly before: FlagSetting;
  /** What this rollout set. */
  readonly set: FlagSetting;
  /** What it is now. */
  readonly now: FlagSetting;
  /** Something beside the flag itself is ill: a gate failed, or the wave was stopped. */
  readonly isIll: boolean;
}

/**
 * What becomes of a flag that is to be taken back. | it is what it was before | nothing: `back` | | it is what was set | `write` | | it is
 * something else, and the wave is ill | `overwrite`: what was before is known to be good | | it is something else, and all else is well |
 * `leave`: somebody meant it |.
 */
export const nextFlagBack = ({ before, set, now, isIll }: FlagBackFacts): 'back' | 'write' | 'overwrite' | 'leave' => {
  if (isSameSetting(now, before)) return 'back';
  if (isSameSetting(now, set)) return 'write';
  return isIll ? 'overwrite' : 'leave';
};
