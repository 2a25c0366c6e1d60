import type { ControlPlane } from '../control-plane.ts';
import { type JsonObject, type KubeObject, numberAt, objectAt } from '../object.ts';
import { groupVersionOf, type Resource } from '../schema/resource.ts';
import { matches, requirementsOf } from '../storage/selector.ts';
import { deleteObject, parseDeleteOptions } from './delete-object.ts';
import type { WriteOptions } from './options.ts';
import { badRequest, StatusError } from './status-error.ts';

/** Kinds that are questions, answered and not stored. Whoever reaches this server may do everything: who may is asked before it. */
export const reviewAnswer = (resource: Resource, asked: JsonObject): JsonObject => {
  const base = {
    ...asked,
    apiVersion: groupVersionOf(resource),
    kind: resource.kind,
    metadata: { creationTimestamp: null },
  };
  switch (resource.kind) {
    case 'SelfSubjectAccessReview':
    case 'SubjectAccessReview':
    case 'LocalSubjectAccessReview':
      return { ...base, status: { allowed: true } };
    case 'SelfSubjectReview':
      return { ...base, status: { userInfo: { username: 'simulated', groups: ['system:authenticated'] } } };
    case 'SelfSubjectRulesReview': {
      const rules = [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }];
      return { ...base, status: { resourceRules: rules, nonResourceRules: [], incomplete: false } };
    }
    default:
      throw badRequest(`${resource.kind} is not answered by the simulated server`);
  }
};

const tooManyDisruptions = (budget: KubeObject): StatusError => {
  const needs = numberAt(budget.status, 'desiredHealthy') ?? 0;
  const has = numberAt(budget.status, 'currentHealthy') ?? 0;
  const name = budget.metadata.name ?? '';
  const message = `The disruption budget ${name} needs ${needs} healthy pods and has ${has} currently`;
  return new StatusError(429, 'TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
    causes: [{ reason: 'DisruptionBudget', message }],
  });
};

/** Deletes a pod unless a disruption budget forbids it just now, or it is not the one that `eviction` means. Throws a 429 or 409 StatusError. */
export const evictPod = (
  plane: ControlPlane,
  resource: Resource,
  pod: KubeObject,
  eviction: JsonObject,
  { dryRun, requester }: Pick<WriteOptions, 'dryRun' | 'requester'>,
): JsonObject => {
  const budgets = plane.storage.list('poddisruptionbudgets.policy', pod.metadata.namespace).filter((budget) => {
    const requirements = requirementsOf(objectAt(budget.spec, 'selector'));
    return requirements !== undefined && matches(requirements, pod.metadata.labels);
  });
  const refusing = budgets.find((budget) => (numberAt(budget.status, 'disruptionsAllowed') ?? 0) < 1);
  if (refusing !== undefined) throw tooManyDisruptions(refusing);
  const asked = parseDeleteOptions(new URLSearchParams(), objectAt(eviction, 'deleteOptions') ?? {});
  deleteObject(plane, resource, pod, { ...asked, dryRun: dryRun || asked.dryRun, requester });
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
};
