import type { ObjectId, PlannedObject } from './plan.ts';

/** Groups of which every kind decides who may do what, what is admitted, or how requests arrive. */
const GROUPS: ReadonlySet<string> = new Set([
  'rbac.authorization.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'gateway.networking.k8s.io',
  'certificates.k8s.io',
]);
const KINDS: ReadonlySet<string> = new Set([
  'apps/DaemonSet',
  'networking.k8s.io/Ingress',
  'networking.k8s.io/IngressClass',
  'networking.k8s.io/NetworkPolicy',
  'extensions/Ingress',
  '/ServiceAccount',
]);

/**
 * The objects of a plan that others stand on and whose change may show only when those are next restarted, hours later: DaemonSets, what
 * leads requests in, who may do what, custom kinds and admission. What stays as it is does not count.
 */
export const infrastructureOf = (objects: readonly Pick<PlannedObject, 'id' | 'action'>[]): readonly ObjectId[] =>
  objects.flatMap(({ id, action }) => {
    const [group = '', kind = ''] = id.split('/');
    return action !== 'unchanged' && (GROUPS.has(group) || KINDS.has(`${group}/${kind}`)) ? [id] : [];
  });
