import type { ControlPlane } from '../control-plane.ts';
import { copyOf, type KubeObject, sameJson } from '../object.ts';
import type { Attempt } from './attempt.ts';
import { applyLimitRanges, checkLimitRanges } from './limit-ranges.ts';
import { askPolicies } from './policies.ts';
import { checkQuotas } from './quota.ts';
import { askValidatingWebhooks, mutateByWebhooks } from './webhooks.ts';

/**
 * The plugins that change what is written, in the order of the real server's: what they make of the object, `undefined` where they leave it
 * as it is. Nobody becomes the owner of what they add. Throws StatusError.
 */
export const mutate = (plane: ControlPlane, attempt: Attempt): KubeObject | undefined => {
  if (attempt.object === undefined || !mayChange(plane, attempt)) return undefined;
  const object = copyOf(attempt.object);
  applyLimitRanges(plane, attempt, object);
  const changed = mutateByWebhooks(plane, { ...attempt, object }) ?? object;
  return sameJson(changed, attempt.object) ? undefined : changed;
};

/** Most writes meet nobody who would change them: a look is cheaper than a copy. */
const mayChange = ({ storage }: ControlPlane, { namespace }: Attempt): boolean =>
  storage.list('limitranges', namespace).length > 0 ||
  storage.list('mutatingwebhookconfigurations.admissionregistration.k8s.io').length > 0;

/** The plugins that may only refuse, in the order of the real server's. Throws StatusError. */
export const admit = (plane: ControlPlane, attempt: Attempt): void => {
  checkLimitRanges(plane, attempt);
  askPolicies(plane, attempt);
  askValidatingWebhooks(plane, attempt);
  checkQuotas(plane, attempt);
};
