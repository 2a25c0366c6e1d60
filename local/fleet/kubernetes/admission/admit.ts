import type { ControlPlane } from '../control-plane.ts';
import type { Attempt } from './attempt.ts';
import { askPolicies } from './policies.ts';

/** The plugins that may only refuse, in the order of the real server's. Throws StatusError. */
export const admit = (plane: ControlPlane, attempt: Attempt): void => {
  askPolicies(plane, attempt);
};
