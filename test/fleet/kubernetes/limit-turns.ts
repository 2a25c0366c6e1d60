import { merge, type Turn, turn } from './turns.ts';

const home = '/api/v1/namespaces/limited';
const metadata = (name: string) => ({ name, namespace: 'limited' });
const pod = (name: string, ...resources: readonly object[]) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  // Nobody schedules it, so that nothing happens to it.
  metadata: metadata(name),
  spec: {
    schedulerName: 'nobody',
    containers: resources.map((each, place) => ({ name: `c${place}`, image: 'good:1', resources: each })),
  },
});
const post = (says: string, kind: string, body: unknown, more = '') =>
  turn(says, 'POST', `${home}/${kind}?fieldManager=hand${more}`, body);
const map = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata(name), data: { a: '1' } });

const rangeTurns: readonly Turn[] = [
  turn('makes a namespace for limits', 'POST', '/api/v1/namespaces?fieldManager=hand', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'limited' },
  }),
  post('sets limits', 'limitranges', {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: metadata('sizes'),
    spec: {
      limits: [
        {
          type: 'Container',
          max: { cpu: '2', memory: '1Gi' },
          min: { cpu: '100m' },
          default: { cpu: '500m' },
          maxLimitRequestRatio: { cpu: '4' },
        },
        { type: 'Pod', max: { cpu: '3' } },
        { type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '10Gi' } },
      ],
    },
  }),
  {
    ...post(
      'refuses too little, dry, once the limits are known',
      'pods',
      pod('small', { requests: { cpu: '50m' } }),
      '&dryRun=All',
    ),
    until: 403,
  },
  post('refuses too little', 'pods', pod('small', { requests: { cpu: '50m' } })),
  post(
    'refuses too much, in several ways',
    'pods',
    pod('large', { requests: { cpu: '3' }, limits: { cpu: '3', memory: '2Gi' } }),
  ),
  post('refuses too wide a range', 'pods', pod('wide', { requests: { cpu: '100m' }, limits: { cpu: '1' } })),
  post('refuses too much together', 'pods', pod('many', { limits: { cpu: '2' } }, { limits: { cpu: '2' } })),
  post(
    'fills in what is not said',
    'pods',
    pod('silent', {}, { requests: { cpu: '200m' }, limits: { memory: '64Mi' } }),
  ),
  post('refuses a claim that is too small', 'persistentvolumeclaims', {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: metadata('tiny'),
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '512Mi' } } },
  }),
  turn('takes the limits away', 'DELETE', `${home}/limitranges/sizes`),
];

const quotaTurns: readonly Turn[] = [
  post('sets a quota', 'resourcequotas', {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: metadata('few'),
    spec: { hard: { 'count/configmaps': '3', services: '0', 'requests.cpu': '2', 'limits.memory': '2Gi', pods: '3' } },
  }),
  {
    ...post(
      'refuses a service, dry, once the quota is known',
      'services',
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: metadata('web'),
        spec: { ports: [{ port: 80 }] },
      },
      '&dryRun=All',
    ),
    untilSays: 'exceeded quota',
  },
  { ...turn('says what is used', 'GET', `${home}/resourcequotas/few`), untilSays: '"count/configmaps":"1"' },
  post('takes what fits', 'configmaps', map('one')),
  post('takes what fits again', 'configmaps', map('two')),
  post('refuses one too many', 'configmaps', map('three')),
  turn(
    'takes a change of what is there',
    'PATCH',
    `${home}/configmaps/one?fieldManager=hand`,
    { data: { a: '2' } },
    merge,
  ),
  post('refuses a pod that says not what it needs', 'pods', pod('mute', {}, { requests: { cpu: '1' } })),
  post(
    'refuses a pod that needs too much',
    'pods',
    pod('greedy', { requests: { cpu: '1800m' }, limits: { memory: '1Gi' } }),
  ),
  post('takes a pod that fits', 'pods', pod('modest', { requests: { cpu: '300m' }, limits: { memory: '512Mi' } })),
];

export const limitTurns: readonly Turn[] = [...rangeTurns, ...quotaTurns];
