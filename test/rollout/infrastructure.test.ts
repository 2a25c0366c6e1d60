import { expect, test } from 'vitest';
import { infrastructureOf } from '../../shared/rollout/infrastructure.ts';
import type { Action, ObjectId } from '../../shared/rollout/plan.ts';

test.each([
  ['apps/DaemonSet/kube-system/agent', 'change', true],
  ['networking.k8s.io/Ingress/web/web', 'create', true],
  ['rbac.authorization.k8s.io/Role/web/reader', 'prune', true],
  ['apiextensions.k8s.io/CustomResourceDefinition//things.example.com', 'create', true],
  ['admissionregistration.k8s.io/ValidatingWebhookConfiguration//guard', 'change', true],
  ['gateway.networking.k8s.io/HTTPRoute/web/web', 'change', true],
  ['/ServiceAccount/web/web', 'change', true],
  ['apps/DaemonSet/kube-system/agent', 'unchanged', false],
  ['apps/Deployment/web/web', 'change', false],
  ['/ConfigMap/web/web', 'recreate', false],
] satisfies readonly (readonly [ObjectId, Action, boolean])[])('%s, %s: %s', (id, action, isInfrastructure) => {
  expect(infrastructureOf([{ id, action }])).toEqual(isInfrastructure ? [id] : []);
});
