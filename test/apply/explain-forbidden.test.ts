import { expect, test } from 'vitest';
import { wayOutOf } from '../../shared/apply/explain-forbidden.ts';

const grant = 'grant this to the identity tidegate uses on the target';

// In the words of the API server 1.35; what of them the real one says here and now is in refused-by-cluster.suite.ts.
test.each<[string, string | undefined]>([
  [
    'deployments.apps "web" is forbidden: User "ci" cannot patch resource "deployments" in API group "apps" in the namespace "shop"',
    `${grant}: {apiGroups: ["apps"], resources: ["deployments"], verbs: ["patch"]} in a Role of namespace shop or a ClusterRole, bound to it`,
  ],
  [
    'namespaces is forbidden: User "ci" cannot list resource "namespaces" in API group "" at the cluster scope',
    `${grant}: {apiGroups: [""], resources: ["namespaces"], verbs: ["list"]} in a ClusterRole, bound to it`,
  ],
  [
    'pods "p" is forbidden: User "ci" cannot create resource "pods/eviction" in API group "" in the namespace "shop"',
    `${grant}: {apiGroups: [""], resources: ["pods/eviction"], verbs: ["create"]} in a Role of namespace shop or a ClusterRole, bound to it`,
  ],
  [
    'roles.rbac.authorization.k8s.io "r" is forbidden: user "ci" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}',
    'nobody may grant what they do not hold: grant these to the identity tidegate uses on the target, or the verbs escalate and bind on roles',
  ],
  [
    'pods "p" is forbidden: exceeded quota: few, requested: cpu=2, used: cpu=1, limited: cpu=2',
    'raise ResourceQuota few of the namespace, or ask for less',
  ],
  [
    'pods "p" is forbidden: failed quota: few: must specify limits.cpu for: a',
    'state what ResourceQuota few asks for, or have a LimitRange do so',
  ],
  [
    'pods "p" is forbidden: violates PodSecurity "restricted:v1.35": allowPrivilegeEscalation != false',
    'keep to level restricted:v1.35, or have the namespace labelled with one that allows it',
  ],
  [
    'admission webhook "v.example.com" denied the request: no',
    'change the object to what webhook v.example.com asks for, or have its rules changed',
  ],
  ['pods "p" is forbidden: no PriorityClass with name high was found', undefined],
])('%s', (message, expected) => {
  expect(wayOutOf({ message })).toBe(expected);
});
