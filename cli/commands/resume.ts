import type { Run } from '../command.ts';
import { lift } from '../hold.ts';

/** Lets a paused rollout go on; without one, the fleet that was halted. */
export const run: Run = async ([rollout], options, cli) =>
  lift(
    rollout === undefined
      ? { kind: 'halt', scope: 'fleet', name: '' }
      : { kind: 'pause', scope: 'rollout', name: rollout },
    options,
    cli,
  );
