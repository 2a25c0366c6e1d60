import type { Target } from './target.ts';
import type { Following } from './wave.ts';

/** Every target of a fleet: those of its waves, then the private ones, which follow. Pure. */
export const everyTarget = (fleet: {
  readonly targets: readonly Target[];
  readonly following: readonly Following[];
}): readonly Target[] => [...fleet.targets, ...fleet.following.map(({ target }) => target)];
