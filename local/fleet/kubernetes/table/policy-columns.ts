import { type KubeObject, listAt, objectAt, stringAt } from '../object.ts';
import { age, type Column, nameColumn, number, orNone, text, wide } from './column.ts';

const subjects = (kind: string) => (binding: KubeObject) =>
  listAt(binding, 'subjects')
    .filter((subject) => stringAt(subject, 'kind') === kind)
    .map((subject) =>
      kind === 'ServiceAccount'
        ? `${stringAt(subject, 'namespace')}/${stringAt(subject, 'name')}`
        : (stringAt(subject, 'name') ?? ''),
    )
    .join(', ');

const bindings: readonly Column[] = [
  nameColumn,
  text('Role', (binding) => `${stringAt(binding, 'roleRef', 'kind')}/${stringAt(binding, 'roleRef', 'name')}`),
  age,
  wide('Users', subjects('User')),
  wide('Groups', subjects('Group')),
  wide('ServiceAccounts', subjects('ServiceAccount')),
];

const webhooks: readonly Column[] = [
  nameColumn,
  number('Webhooks', (configuration) => listAt(configuration, 'webhooks').length),
  age,
];

const paramKind = (policy: KubeObject): string => {
  const kind = objectAt(policy.spec, 'paramKind');
  return kind === undefined ? '<unset>' : `${kind.apiVersion}/${kind.kind}`;
};

const paramRef = (binding: KubeObject): string => {
  const ref = objectAt(binding.spec, 'paramRef');
  if (ref === undefined) return '<unset>';
  if (typeof ref.name !== 'string') return '*';
  return typeof ref.namespace === 'string' ? `${ref.namespace}/${ref.name}` : ref.name;
};

const hostsOf = (ingress: KubeObject): string => {
  const hosts = listAt(ingress.spec, 'rules').map((rule) => stringAt(rule, 'host') ?? '*');
  return hosts.length === 0 ? '*' : hosts.join(',');
};

const addressOf = (ingress: KubeObject): string =>
  listAt(ingress.status, 'loadBalancer', 'ingress')
    .map((given) => stringAt(given, 'ip') ?? stringAt(given, 'hostname') ?? '')
    .join(',');

/** Who may do what, what is admitted, and what is reached from outside. */
export const policyColumns: Readonly<Record<string, readonly Column[]>> = {
  'rolebindings.rbac.authorization.k8s.io': bindings,
  'clusterrolebindings.rbac.authorization.k8s.io': bindings,
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': webhooks,
  'validatingwebhookconfigurations.admissionregistration.k8s.io': webhooks,
  'validatingadmissionpolicies.admissionregistration.k8s.io': [
    nameColumn,
    number('Validations', (policy) => listAt(policy.spec, 'validations').length),
    text('ParamKind', paramKind),
    age,
  ],
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': [
    nameColumn,
    text('PolicyName', (binding) => stringAt(binding.spec, 'policyName') ?? ''),
    text('ParamRef', paramRef),
    age,
  ],
  'ingresses.networking.k8s.io': [
    nameColumn,
    text('Class', (ingress) => orNone(stringAt(ingress.spec, 'ingressClassName'))),
    text('Hosts', hostsOf),
    text('Address', addressOf),
    text('Ports', (ingress) => (listAt(ingress.spec, 'tls').length > 0 ? '80, 443' : '80')),
    age,
  ],
  'ingressclasses.networking.k8s.io': [
    nameColumn,
    text('Controller', (ingressClass) => stringAt(ingressClass.spec, 'controller') ?? ''),
    text('Parameters', (ingressClass) => {
      const given = objectAt(ingressClass.spec, 'parameters');
      return given === undefined ? '<none>' : `${given.kind}.${given.apiGroup}/${given.name}`;
    }),
    age,
  ],
};
