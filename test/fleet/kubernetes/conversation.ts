import { limitTurns } from './limit-turns.ts';
import { policyTurns } from './policy-turns.ts';
import { preconditionTurns } from './precondition-turns.ts';
import { ruleTurns } from './rule-turns.ts';
import { tableTurns } from './table-turns.ts';
import { apply, core, jsonPatch, merge, metadata, strategic, type Turn, turn } from './turns.ts';

const container = (more: object = {}) => ({ name: 'main', image: 'good:1', ...more });
const deployment = (spec: object = {}, more: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { ...metadata('web'), ...more },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [container({ ports: [{ containerPort: 80 }], env: [{ name: 'A', value: '1' }] })] },
    },
    ...spec,
  },
});
const template = (containers: readonly object[]) => ({
  template: { metadata: { labels: { app: 'web' } }, spec: { containers } },
});
const deployments = '/apis/apps/v1/namespaces/talk/deployments';
const web = `${deployments}/web`;
const settings = (data: object, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: metadata('settings'),
  data,
  ...more,
});
const service = (spec: object) => ({ apiVersion: 'v1', kind: 'Service', metadata: metadata('web'), spec });
const widgetCrd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget', shortNames: ['wd'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        additionalPrinterColumns: [
          { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
          { name: 'Colour', type: 'string', jsonPath: '.spec.color', priority: 1 },
          { name: 'Parts', type: 'string', jsonPath: '.spec.parts[*].name' },
          { name: 'A', type: 'integer', jsonPath: '.spec.parts[?(@.name=="a")].weight' },
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        ],
        subresources: { status: {}, scale: { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' } },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                required: ['size'],
                properties: {
                  size: { type: 'integer', minimum: 0 },
                  color: { type: 'string', enum: ['red', 'blue'], default: 'red' },
                  parts: {
                    type: 'array',
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['name'],
                    items: {
                      type: 'object',
                      required: ['name'],
                      properties: { name: { type: 'string' }, weight: { type: 'integer' } },
                    },
                  },
                },
              },
              status: { type: 'object', properties: { size: { type: 'integer' } } },
            },
          },
        },
      },
    ],
  },
};
const widgets = '/apis/example.com/v1/namespaces/talk/widgets';
const widget = (spec: object) => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: metadata('one'),
  spec,
});
const statefulSet = (spec: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: metadata('db'),
  spec: {
    replicas: 0,
    serviceName: 'db',
    selector: { matchLabels: { app: 'db' } },
    template: { metadata: { labels: { app: 'db' } }, spec: { containers: [container()] } },
    volumeClaimTemplates: [
      {
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1024Mi' } } },
      },
    ],
    ...spec,
  },
});
const job = (image: string) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: metadata('once'),
  spec: { suspend: true, template: { spec: { restartPolicy: 'Never', containers: [container({ image })] } } },
});
const binding = (role: string) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: metadata('readers'),
  roleRef: { kind: 'Role', name: role, apiGroup: 'rbac.authorization.k8s.io' },
  subjects: [{ kind: 'User', name: 'jane' }],
});

const bare = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'bare' } };

/** Requests in order, each on what the ones before it left. No pods: what controllers do is told elsewhere. */
export const conversation: readonly Turn[] = [
  turn('creates a namespace', 'POST', '/api/v1/namespaces?fieldManager=hand', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'talk' },
  }),
  turn('refuses it a second time', 'POST', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'talk' },
  }),
  turn(
    'refuses a namespace that is not there',
    'POST',
    '/api/v1/namespaces/nowhere/configmaps',
    settings({}, { metadata: { name: 'settings' } }),
  ),
  turn('refuses an object of another namespace', 'POST', '/api/v1/namespaces/default/configmaps', settings({})),
  turn('has no such object', 'GET', web),
  turn('has no such kind', 'GET', '/apis/apps/v1/namespaces/talk/gadgets'),
  turn('has no such version', 'GET', '/apis/apps/v9/namespaces/talk/deployments'),
  turn('patches nothing that is not there', 'PATCH', web, { spec: { replicas: 1 } }, merge),
  turn('deletes nothing that is not there', 'DELETE', web),

  turn('applies dry', 'PATCH', `${web}?fieldManager=tidegate&dryRun=All`, deployment(), apply),
  turn('wrote nothing when dry', 'GET', web),
  turn('needs a field manager', 'PATCH', web, deployment(), apply),
  turn('applies', 'PATCH', `${web}?fieldManager=tidegate`, deployment(), apply),
  turn('applies the same', 'PATCH', `${web}?fieldManager=tidegate`, deployment(), apply),
  turn('meets a conflict', 'PATCH', `${web}?fieldManager=other`, deployment({ replicas: 3 }), apply),
  turn(
    'meets two conflicts',
    'PATCH',
    `${web}?fieldManager=other`,
    deployment({ replicas: 3, ...template([container({ image: 'good:2' })]) }),
    apply,
  ),
  turn(
    'shares what is equal',
    'PATCH',
    `${web}?fieldManager=other`,
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: metadata('web'), spec: { replicas: 0 } },
    apply,
  ),
  turn(
    'forces',
    'PATCH',
    `${web}?fieldManager=other&force=true`,
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: metadata('web'), spec: { replicas: 0, minReadySeconds: 7 } },
    apply,
  ),
  turn(
    'gives up what it leaves out',
    'PATCH',
    `${web}?fieldManager=other`,
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { ...metadata('web'), annotations: { by: 'other' } } },
    apply,
  ),
  turn(
    'merges containers, ports and env by key',
    'PATCH',
    `${web}?fieldManager=other`,
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: metadata('web'),
      spec: {
        template: {
          spec: {
            containers: [
              { name: 'side', image: 'side:1' },
              {
                name: 'main',
                image: 'good:1',
                env: [{ name: 'B', value: '2' }],
                ports: [{ containerPort: 80, protocol: 'UDP' }],
              },
            ],
          },
        },
      },
    },
    apply,
  ),
  turn(
    'removes its container and env again',
    'PATCH',
    `${web}?fieldManager=other`,
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { ...metadata('web'), labels: { x: 'y' } } },
    apply,
  ),
  turn(
    'drops the env that it does not name any more',
    'PATCH',
    `${web}?fieldManager=tidegate`,
    deployment(template([container()])),
    apply,
  ),
  turn(
    'refuses unknown fields when applying',
    'PATCH',
    `${web}?fieldManager=tidegate`,
    deployment({ replica: 1 }),
    apply,
  ),
  turn(
    'refuses values of another type when applying',
    'PATCH',
    `${web}?fieldManager=tidegate`,
    deployment({ replicas: 'two' }),
    apply,
  ),
  turn(
    'refuses duplicate list items',
    'PATCH',
    `${web}?fieldManager=tidegate`,
    deployment(template([container({ ports: [{ containerPort: 80 }, { containerPort: 80 }] })])),
    apply,
  ),
  turn(
    'refuses managedFields in the body',
    'PATCH',
    `${web}?fieldManager=tidegate`,
    deployment({}, { managedFields: [{ manager: 'x', operation: 'Apply' }] }),
    apply,
  ),
  turn('refuses another name in the body', 'PATCH', `${deployments}/other?fieldManager=tidegate`, deployment(), apply),
  turn(
    'refuses another version in the body',
    'PATCH',
    `${web}?fieldManager=tidegate`,
    { ...deployment(), apiVersion: 'apps/v1beta1' },
    apply,
  ),
  turn(
    'refuses a stale version when applying',
    'PATCH',
    `${web}?fieldManager=tidegate`,
    deployment({}, { resourceVersion: '1' }),
    apply,
  ),
  turn(
    'refuses a changed selector',
    'PATCH',
    `${web}?fieldManager=tidegate&force=true`,
    deployment({
      selector: { matchLabels: { app: 'web', tier: 'a' } },
      template: { metadata: { labels: { app: 'web', tier: 'a' } }, spec: { containers: [container()] } },
    }),
    apply,
  ),
  turn(
    'refuses a selector beside the labels',
    'PATCH',
    `${web}?fieldManager=tidegate&force=true`,
    deployment({ template: { metadata: { labels: { app: 'x' } }, spec: { containers: [container()] } } }),
    apply,
  ),

  turn('scales by the subresource', 'PATCH', `${web}/scale?fieldManager=scaler`, { spec: { replicas: 0 } }, merge),
  turn('reads the scale', 'GET', `${web}/scale`),
  turn(
    'merges',
    'PATCH',
    `${web}?fieldManager=hand`,
    { metadata: { labels: { tier: 'front' } }, spec: { minReadySeconds: 3 } },
    merge,
  ),
  turn('conflicts with an update', 'PATCH', `${web}?fieldManager=tidegate`, deployment({ minReadySeconds: 4 }), apply),
  turn(
    'merges strategically',
    'PATCH',
    `${web}?fieldManager=hand`,
    { spec: { template: { spec: { containers: [{ name: 'main', env: [{ name: 'C', value: '3' }] }] } } } },
    strategic,
  ),
  turn(
    'deletes by strategic directive',
    'PATCH',
    `${web}?fieldManager=hand`,
    { spec: { template: { spec: { containers: [{ name: 'main', env: [{ name: 'C', $patch: 'delete' }] }] } } } },
    strategic,
  ),
  turn(
    'patches by operations',
    'PATCH',
    `${web}?fieldManager=hand`,
    [
      { op: 'replace', path: '/spec/minReadySeconds', value: 5 },
      { op: 'add', path: '/metadata/labels/zone', value: 'a' },
    ],
    jsonPatch,
  ),
  turn(
    'refuses an operation whose test fails',
    'PATCH',
    `${web}?fieldManager=hand`,
    [{ op: 'test', path: '/spec/minReadySeconds', value: 9 }],
    jsonPatch,
  ),
  turn('refuses an unknown patch type', 'PATCH', web, {}, 'application/x-patch'),
  turn('changes nothing, writes nothing', 'PATCH', `${web}?fieldManager=hand`, { spec: { minReadySeconds: 5 } }, merge),
  turn(
    'refuses unknown fields when strict',
    'PATCH',
    `${web}?fieldManager=hand&fieldValidation=Strict`,
    { spec: { replica: 5 } },
    merge,
  ),
  turn(
    'writes status by its subresource only',
    'PATCH',
    `${web}/status?fieldManager=hand`,
    { spec: { minReadySeconds: 9 }, status: { collisionCount: 1 } },
    merge,
  ),
  turn('refuses a stale update', 'PUT', web, deployment({}, { resourceVersion: '1' })),
  turn('refuses a bad dryRun', 'PATCH', `${web}?fieldManager=hand&dryRun=Some`, {}, merge),

  turn(
    'refuses unknown fields of a create when strict',
    'POST',
    `${deployments}?fieldValidation=Strict`,
    deployment({ replica: 1 }, { name: 'strict' }),
  ),
  turn(
    'drops unknown fields else',
    'POST',
    `${deployments}?fieldManager=hand`,
    deployment({ replica: 1 }, { name: 'loose' }),
  ),
  turn('refuses a value of another type', 'POST', deployments, deployment({ replicas: 'two' }, { name: 'typed' })),
  turn('refuses a negative count', 'POST', deployments, deployment({ replicas: -1 }, { name: 'negative' })),
  turn('refuses a workload without containers', 'POST', deployments, deployment(template([]), { name: 'bare' })),
  turn(
    'refuses a container without image',
    'POST',
    deployments,
    deployment(template([{ name: 'main' }]), { name: 'bare' }),
  ),
  turn(
    'refuses two containers of one name',
    'POST',
    deployments,
    deployment(template([container(), container()]), { name: 'bare' }),
  ),
  turn(
    'refuses a mount of no volume',
    'POST',
    deployments,
    deployment(template([container({ volumeMounts: [{ name: 'v', mountPath: '/v' }] })]), { name: 'bare' }),
  ),
  turn('refuses a bad name', 'POST', deployments, deployment({}, { name: 'Bad_Name' })),
  turn('refuses no name', 'POST', deployments, deployment({}, { name: '' })),
  turn(
    'refuses a rollout that can not move',
    'POST',
    deployments,
    deployment({ strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } }, { name: 'stuck' }),
  ),
  turn('refuses another kind', 'POST', deployments, settings({})),

  turn('creates a config map', 'POST', `${core}/configmaps?fieldManager=hand`, settings({ a: '1' })),
  turn('makes it immutable', 'PATCH', `${core}/configmaps/settings?fieldManager=hand`, { immutable: true }, merge),
  turn('refuses to change it', 'PATCH', `${core}/configmaps/settings?fieldManager=hand`, { data: { a: '2' } }, merge),
  turn('refuses a delete of another uid', 'DELETE', `${core}/configmaps/settings`, {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    preconditions: { uid: '11111111-1111-4111-8111-111111111111' },
  }),
  turn('refuses a delete of another version', 'DELETE', `${core}/configmaps/settings`, {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    preconditions: { resourceVersion: '1' },
  }),
  turn('deletes dry', 'DELETE', `${core}/configmaps/settings?dryRun=All`),
  turn('deletes', 'DELETE', `${core}/configmaps/settings`),
  turn('creates a secret', 'POST', `${core}/secrets?fieldManager=hand`, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: metadata('key'),
    stringData: { a: 'b' },
  }),
  turn('refuses another type of secret', 'PATCH', `${core}/secrets/key`, { type: 'other' }, merge),
  turn(
    'creates a service',
    'PATCH',
    `${core}/services/web?fieldManager=tidegate`,
    service({ selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] }),
    apply,
  ),
  turn(
    'refuses another cluster address',
    'PATCH',
    `${core}/services/web?fieldManager=tidegate&force=true`,
    service({ clusterIP: '10.0.9.9', selector: { app: 'web' }, ports: [{ port: 80 }] }),
    apply,
  ),
  turn('refuses a service without ports', 'POST', `${core}/services`, {
    ...service({ selector: { app: 'web' } }),
    metadata: metadata('none'),
  }),

  turn(
    'creates a stateful set',
    'PATCH',
    `/apis/apps/v1/namespaces/talk/statefulsets/db?fieldManager=tidegate`,
    statefulSet(),
    apply,
  ),
  turn(
    'refuses another serviceName',
    'PATCH',
    `/apis/apps/v1/namespaces/talk/statefulsets/db?fieldManager=tidegate`,
    statefulSet({ serviceName: 'x' }),
    apply,
  ),
  turn(
    'creates a job',
    'PATCH',
    `/apis/batch/v1/namespaces/talk/jobs/once?fieldManager=tidegate`,
    job('good:1'),
    apply,
  ),
  turn(
    'refuses another job template',
    'PATCH',
    `/apis/batch/v1/namespaces/talk/jobs/once?fieldManager=tidegate`,
    { ...job('good:1'), spec: { ...job('good:1').spec, completions: 2 } },
    apply,
  ),
  turn(
    'binds a role',
    'PATCH',
    `/apis/rbac.authorization.k8s.io/v1/namespaces/talk/rolebindings/readers?fieldManager=tidegate`,
    binding('reader'),
    apply,
  ),
  turn(
    'refuses another role',
    'PATCH',
    `/apis/rbac.authorization.k8s.io/v1/namespaces/talk/rolebindings/readers?fieldManager=tidegate`,
    binding('writer'),
    apply,
  ),

  turn(
    'defines a kind',
    'PATCH',
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.com?fieldManager=tidegate',
    widgetCrd,
    apply,
  ),
  { ...turn('waits until it is served', 'GET', widgets), until: 200 },
  turn(
    'creates one',
    'PATCH',
    `${widgets}/one?fieldManager=tidegate`,
    widget({ size: 1, parts: [{ name: 'a', weight: 1 }] }),
    apply,
  ),
  turn(
    'merges its parts by name',
    'PATCH',
    `${widgets}/one?fieldManager=other`,
    widget({ size: 1, parts: [{ name: 'b' }] }),
    apply,
  ),
  turn(
    'refuses a value outside its schema',
    'PATCH',
    `${widgets}/one?fieldManager=tidegate&force=true`,
    widget({ size: -1 }),
    apply,
  ),
  turn(
    'refuses a colour outside its schema',
    'PATCH',
    `${widgets}/one?fieldManager=tidegate&force=true`,
    widget({ size: 1, color: 'green' }),
    apply,
  ),
  turn('refuses one without what is required', 'POST', widgets, { ...widget({}), metadata: metadata('two') }),
  turn('refuses unknown members when strict', 'POST', `${widgets}?fieldValidation=Strict`, {
    ...widget({ size: 1, sise: 2 }),
    metadata: metadata('two'),
  }),
  turn('prunes unknown members else', 'POST', `${widgets}?fieldManager=hand`, {
    ...widget({ size: 1, sise: 2 }),
    metadata: metadata('two'),
  }),
  turn(
    'does not write status by the main path',
    'PATCH',
    `${widgets}/one?fieldManager=hand`,
    { status: { size: 5 } },
    merge,
  ),
  turn(
    'writes status by its own path',
    'PATCH',
    `${widgets}/one/status?fieldManager=hand`,
    { spec: { size: 9 }, status: { size: 5 } },
    merge,
  ),
  turn('scales it', 'PATCH', `${widgets}/one/scale?fieldManager=hand`, { spec: { replicas: 4 } }, merge),
  turn('has no strategic merge for it', 'PATCH', `${widgets}/one`, { spec: { size: 2 } }, strategic),

  turn(
    'applies an object nobody owns a field of',
    'PATCH',
    '/api/v1/namespaces/bare?fieldManager=tidegate',
    bare,
    apply,
  ),
  turn('finds an owner for it the second time', 'PATCH', '/api/v1/namespaces/bare?fieldManager=tidegate', bare, apply),

  ...tableTurns,

  turn('lists by label', 'GET', `${deployments}?labelSelector=tier%3Dfront`),
  turn('lists by name', 'GET', `${deployments}?fieldSelector=metadata.name%3Dloose`),
  turn('refuses a field selector it does not have', 'GET', `${deployments}?fieldSelector=spec.replicas%3D1`),
  turn('refuses a bad label selector', 'GET', `${deployments}?labelSelector=a%20b`),
  turn('does not post to an object', 'POST', web, deployment()),
  turn('deletes in the background', 'DELETE', web, {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    propagationPolicy: 'Background',
  }),
  turn('refuses a bad propagation', 'DELETE', `${deployments}/loose`, {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    propagationPolicy: 'Sideways',
  }),
  turn('deletes a collection', 'DELETE', deployments),

  ...preconditionTurns,
  ...policyTurns,
  ...limitTurns,
  ...ruleTurns,
];
