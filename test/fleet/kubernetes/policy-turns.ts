import { fenceBinding, fencePolicy, policyName } from '../../../shared/apply/fence-policy.ts';
import { apply, core, merge, metadata, type Turn, turn } from './turns.ts';

const policies = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies';
const bindings = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings';
const fence = 'tidegate.dev/fence';
const set = 'applyset-0123456789012345678901234567890123456789012-v1';
const label = 'applyset.kubernetes.io/part-of';

const path = (name: string, manager = 'tidegate') => `${core}/configmaps/${name}?fieldManager=${manager}`;
const member = (name: string, token: string | undefined, value = '1', more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    ...metadata(name),
    labels: { [label]: set },
    ...(token === undefined ? {} : { annotations: { [fence]: token } }),
    ...more,
  },
  data: { a: value },
});
const annotate = (value: string | null) => ({ metadata: { annotations: { [fence]: value } } });

/** The product's own policy against stale writers, as it installs it. */
const fenceTurns: readonly Turn[] = [
  turn(
    'installs the fence',
    'PATCH',
    `${policies}/${policyName}?fieldManager=tidegate&fieldValidation=Strict`,
    fencePolicy,
    apply,
  ),
  turn(
    'binds it',
    'PATCH',
    `${bindings}/${policyName}?fieldManager=tidegate&fieldValidation=Strict`,
    fenceBinding,
    apply,
  ),
  turn('has a member of token 9', 'PATCH', path('fenced'), member('fenced', '9'), apply),
  {
    ...turn(
      'refuses an older token, dry, once the fence is known',
      'PATCH',
      `${path('fenced')}&dryRun=All`,
      member('fenced', '7'),
      apply,
    ),
    until: 403,
  },
  turn('refuses an older token', 'PATCH', path('fenced'), member('fenced', '7', '2'), apply),
  turn('takes the same token', 'PATCH', path('fenced'), member('fenced', '9', '2'), apply),
  turn('takes a newer token', 'PATCH', path('fenced'), member('fenced', '12', '3'), apply),
  turn('refuses to lose the token', 'PATCH', path('fenced'), member('fenced', undefined, '4'), apply),
  turn(
    'lets a plan try without a token',
    'PATCH',
    `${path('fenced')}&dryRun=All`,
    member('fenced', undefined, '4'),
    apply,
  ),
  turn('lets others change data', 'PATCH', path('fenced', 'hand'), { data: { b: '1' } }, merge),
  turn('lets nobody lower it', 'PATCH', path('fenced', 'hand'), annotate('3'), merge),
  turn('lets nobody take it off', 'PATCH', path('fenced', 'hand'), annotate(null), merge),
  turn('lets nobody write something else', 'PATCH', path('fenced', 'hand'), annotate('twelve'), merge),
  turn('lets anybody raise it', 'PATCH', path('fenced', 'hand'), annotate('13'), merge),
  turn(
    'says so of all it finds',
    'PATCH',
    `${core}/configmaps/fenced?fieldManager=tidegate&force=true`,
    member('fenced', '1'),
    apply,
  ),
  turn(
    'keeps a token for the set on the namespace',
    'PATCH',
    '/api/v1/namespaces/talk?fieldManager=tidegate-fence',
    { metadata: { annotations: { [`fence.tidegate.dev/${set}`]: '20' } } },
    merge,
  ),
  {
    ...turn(
      'refuses an older create once that is known',
      'PATCH',
      `${path('late')}&dryRun=All`,
      member('late', '19'),
      apply,
    ),
    until: 403,
  },
  turn('refuses an older create', 'PATCH', path('late'), member('late', '19'), apply),
  turn('refuses both ways at once', 'PATCH', `${path('fenced')}&force=true`, member('fenced', '12'), apply),
  turn('takes a create of the newest', 'PATCH', path('late'), member('late', '20'), apply),
  turn('lets others create members', 'PATCH', path('theirs', 'kubectl'), member('theirs', undefined), apply),
  turn(
    'lets another set be older',
    'PATCH',
    path('other'),
    member('other', '2', '1', { labels: { [label]: 'another' } }),
    apply,
  ),
  turn(
    'lets an object go from the set',
    'PATCH',
    path('late', 'hand'),
    { metadata: { labels: { [label]: null }, annotations: { [fence]: null } } },
    merge,
  ),
  turn('deletes a member', 'DELETE', path('fenced')),
];

const plain = (name: string, spec: object) => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name },
  spec,
});
const bind = (name: string, spec: object) => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name },
  spec: { policyName: name, ...spec },
});
const forMaps = {
  resourceRules: [
    { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE', 'DELETE'], resources: ['configmaps'] },
  ],
};
const ruled = (name: string, data: object, labels: object = { ruled: 'yes' }) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { ...metadata(name), labels },
  data,
});
const post = (name: string, body: unknown, more = '') =>
  turn(name, 'POST', `${core}/configmaps?fieldManager=hand${more}`, body);

/** What policies can do in general. */
const generalTurns: readonly Turn[] = [
  turn('defines a policy', 'POST', `${policies}?fieldManager=hand`, {
    ...plain('sizes', {
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      matchConstraints: { ...forMaps, objectSelector: { matchLabels: { ruled: 'yes' } } },
      matchConditions: [
        { name: 'not-exempt', expression: "object == null || !object.metadata.name.startsWith('exempt')" },
      ],
      variables: [{ name: 'most', expression: 'int(params.data.most)' }],
      validations: [
        {
          expression: "request.operation == 'DELETE' || int(object.data.size) <= variables.most",
          messageExpression: "'size ' + object.data.size + ' > ' + string(variables.most)",
        },
        {
          expression: "request.operation == 'DELETE' || object.data.size != '13'",
          message: 'not thirteen',
          reason: 'Forbidden',
        },
        { expression: "request.operation == 'DELETE' || object.data.size != '4'" },
      ],
    }),
  }),
  turn('reads it with its defaults', 'GET', `${policies}/sizes`),
  post('has no limit yet', { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata('limit'), data: { most: '10' } }),
  turn(
    'binds the policy with a parameter',
    'POST',
    `${bindings}?fieldManager=hand`,
    bind('sizes', {
      validationActions: ['Deny'],
      paramRef: { name: 'limit', namespace: 'talk', parameterNotFoundAction: 'Deny' },
      matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'talk' } } },
    }),
  ),
  {
    ...post('refuses what is too large, dry, once the policy is known', ruled('big', { size: '11' }), '&dryRun=All'),
    until: 422,
  },
  post('refuses what is too large', ruled('big', { size: '11' })),
  post('refuses in two ways', ruled('big', { size: '13' })),
  post('names the expression where there is no message', ruled('big', { size: '4' })),
  post('refuses where the expression has no value', ruled('big', { wide: '1' })),
  post('takes what is small enough', ruled('small', { size: '9' })),
  post('takes what no selector finds', ruled('free', { size: '99' }, { ruled: 'no' })),
  post('takes what a condition leaves out', ruled('exempt-1', { size: '99' })),
  turn(
    'refuses a change of what is there',
    'PATCH',
    `${core}/configmaps/small?fieldManager=hand`,
    { data: { size: '12' } },
    merge,
  ),
  turn('deletes what it ruled', 'DELETE', `${core}/configmaps/small`),
  turn(
    'only warns from now on',
    'PATCH',
    `${bindings}/sizes?fieldManager=hand`,
    { spec: { validationActions: ['Warn'] } },
    merge,
  ),
  { ...post('warns, dry, once that is known', ruled('big', { size: '11' }), '&dryRun=All'), until: 201 },
  post('warns', ruled('big', { size: '11' })),
  turn('takes the binding away', 'DELETE', `${bindings}/sizes`),
  turn('takes the policy away', 'DELETE', `${policies}/sizes`),
];

export const policyTurns: readonly Turn[] = [...fenceTurns, ...generalTurns];
