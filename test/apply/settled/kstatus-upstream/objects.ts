import type { Random } from '../../../../shared/outside/random.ts';
import type { Manifest } from '../../../../shared/rollout/release.ts';

type Field = readonly [path: string, values: readonly unknown[]];

const missing = Symbol('not there');
/** What a number may be: mostly what a controller writes, and now and then what none should. */
const counts = [missing, 0, 0, 1, 1, 2, 3, 3, 4, -1];
const oddCounts = [null, '3', 1.5, true, {}, [], 2 ** 31 - 1, 2 ** 31, 2 ** 53 - 1, 2 ** 63, -(2 ** 63), 1e19, 1e21];
const generations = [missing, 1, 1, 1, 2, 0];
const oddVersions = ['apps/v1beta2', 'apps/', 'apps', 'a/b/c', '/v1', 'extensions/v1', 'batch', 'policy/v1beta1', 'v2'];
const oddTexts = [null, '', 1, false, {}, ['x']];
const flags = [missing, true, false, 'true', null, 1];

const conditionTypes = [
  ...['Ready', 'Reconciling', 'Stalled', 'Available', 'Progressing', 'ReplicaFailure', 'PodScheduled', 'Complete'],
  ...['Failed', 'NamesAccepted', 'Established', 'Initialized', 'Suspended', 'ready'],
];
const conditionReasons = [
  ...[missing, '', 'Because', 'ProgressDeadlineExceeded', 'NewReplicaSetAvailable', 'Unschedulable', 'Installing'],
];

const replicas = ['replicas', 'readyReplicas', 'availableReplicas', 'updatedReplicas', 'currentReplicas'];
const daemons = [
  ...['desiredNumberScheduled', 'currentNumberScheduled', 'updatedNumberScheduled', 'numberAvailable', 'numberReady'],
];
const number = (path: string): Field => [path, counts];

const kinds: readonly (readonly [apiVersion: string, kind: string, fields: readonly Field[]])[] = [
  [
    'apps/v1',
    'Deployment',
    [
      number('spec.replicas'),
      ['spec.progressDeadlineSeconds', [missing, missing, 600, 2 ** 31 - 1, 0]],
      ...replicas.map((name) => number(`status.${name}`)),
    ],
  ],
  ['extensions/v1beta1', 'Deployment', [number('spec.replicas'), ...replicas.map((name) => number(`status.${name}`))]],
  [
    'apps/v1',
    'ReplicaSet',
    [
      number('spec.replicas'),
      number('status.fullyLabeledReplicas'),
      ...replicas.map((name) => number(`status.${name}`)),
    ],
  ],
  [
    'apps/v1',
    'StatefulSet',
    [
      number('spec.replicas'),
      ['spec.updateStrategy.type', [missing, missing, 'RollingUpdate', 'OnDelete']],
      ['spec.updateStrategy.rollingUpdate.partition', [missing, missing, missing, 0, 1, 2]],
      ...replicas.map((name) => number(`status.${name}`)),
      ['status.currentRevision', [missing, 'a', 'a', 'b', '']],
      ['status.updateRevision', [missing, 'a', 'a', 'b', '']],
    ],
  ],
  ['apps/v1', 'DaemonSet', daemons.map((name) => number(`status.${name}`))],
  ['extensions/v1beta1', 'DaemonSet', daemons.map((name) => number(`status.${name}`))],
  [
    'batch/v1',
    'Job',
    [
      number('spec.parallelism'),
      number('spec.completions'),
      ['spec.suspend', flags],
      ['status.startTime', [missing, '2026-03-01T12:00:00Z', '']],
      ...['succeeded', 'active', 'failed'].map((name) => number(`status.${name}`)),
    ],
  ],
  [
    'v1',
    'Pod',
    [
      ['metadata.creationTimestamp', [missing, '2020-01-01T00:00:00Z', '2120-01-01T00:00:00Z', 'soon', null]],
      ['status.phase', [missing, 'Pending', 'Running', 'Running', 'Succeeded', 'Failed', 'Unknown', 'Odd']],
      [
        'status.containerStatuses',
        [
          missing,
          [{ name: 'a', state: { waiting: { reason: 'CrashLoopBackOff' } } }],
          [
            { name: 'a', state: { waiting: { reason: 'CrashLoopBackOff' } } },
            { name: 'b', state: { running: {} } },
            { name: 'c', state: { waiting: { reason: 'CrashLoopBackOff' } } },
          ],
          [{ name: 'a', state: { waiting: { reason: 'ErrImagePull' } } }],
          [{ name: 'a' }, { state: { waiting: { reason: 'CrashLoopBackOff' } } }],
          [{ name: 'a', state: null }],
          [{ name: 7, state: {} }],
          ['a'],
          [null],
          {},
          null,
        ],
      ],
    ],
  ],
  ['v1', 'PersistentVolumeClaim', [['status.phase', [missing, 'Pending', 'Bound', 'Lost']]]],
  [
    'v1',
    'Service',
    [
      ['spec.type', [missing, 'ClusterIP', 'LoadBalancer', 'LoadBalancer']],
      ['spec.clusterIP', [missing, '', 'None', '10.0.0.1']],
    ],
  ],
  ['apiextensions.k8s.io/v1', 'CustomResourceDefinition', []],
  ['policy/v1', 'PodDisruptionBudget', [number('status.disruptionsAllowed')]],
  ['batch/v1', 'CronJob', []],
  ['v1', 'ConfigMap', []],
  ['v1', 'Secret', []],
  ['networking.k8s.io/v1', 'Ingress', []],
  ['autoscaling/v2', 'HorizontalPodAutoscaler', [number('status.currentReplicas')]],
  ['example.com/v1', 'Widget', [['status.phase', [missing, 'Ready', 'Failed']]]],
  ['example.com/v1', 'Deployment', [number('status.replicas')]],
];

/** A stream of choices out of `random`. */
const chooser = (random: Random) => {
  const one = <Value>(values: readonly Value[]): Value => {
    const value = values[Math.floor(random.fraction() * values.length)];
    if (value === undefined) throw new Error('nothing to choose from');
    return value;
  };
  return { one, chance: (share: number) => random.fraction() < share };
};

type Chooser = ReturnType<typeof chooser>;
type Tree = { [field: string]: unknown };

/** A whole object, in parts as odd as no controller would write it. */
const objectOf = (choose: Chooser): Manifest => {
  const [apiVersion, kind, fields] = choose.one(kinds);
  const named = choose.chance(0.05) ? choose.one(oddVersions) : apiVersion;
  return fill(choose, { apiVersion: named, kind, metadata: { name: 'it' } }, fields);
};

/** Gives an object the fields that its kind is judged by, and conditions. */
const fill = (choose: Chooser, object: Tree & Manifest, fields: readonly Field[]): Manifest => {
  const odd = choose.chance(0.3);
  const pick = (values: readonly unknown[], oddities: readonly unknown[]) =>
    odd && choose.chance(0.15) ? choose.one(oddities) : choose.one(values);
  put(object, 'metadata.generation', pick(generations, oddCounts));
  put(object, 'status.observedGeneration', pick(generations, oddCounts));
  put(
    object,
    'metadata.deletionTimestamp',
    choose.chance(0.04) ? choose.one(['2026-03-01T12:00:00Z', null, '']) : missing,
  );
  for (const [path, values] of fields) put(object, path, pick(values, [...oddCounts, ...oddTexts]));
  if (choose.chance(0.8)) put(object, 'status.conditions', conditions(choose, odd));
  if (odd && choose.chance(0.1)) put(object, choose.one(['status', 'spec']), choose.one([null, 'text', [], 3, {}]));
  return object;
};

const conditions = (choose: Chooser, odd: boolean): unknown => {
  if (odd && choose.chance(0.1)) return choose.one([null, {}, 'text', [null], ['text'], [7], [[]]]);
  return Array.from({ length: choose.one([0, 1, 1, 2, 3]) }, () => {
    const condition: Tree = {};
    const text = (name: string, values: readonly unknown[]) =>
      put(condition, name, odd && choose.chance(0.1) ? choose.one(oddTexts) : choose.one(values));
    text('type', conditionTypes);
    text('status', ['True', 'True', 'False', 'Unknown', 'true', missing]);
    text('reason', conditionReasons);
    text('message', [missing, 'it is so', 'weil „es“ so ist']);
    return condition;
  });
};

/** Sets the field at a dotted path, and makes what is on the way; `missing` sets none. */
const put = (object: Tree, path: string, value: unknown): void => {
  if (value === missing) return;
  const names = path.split('.');
  const last = names.pop() ?? '';
  let holder: Tree = object;
  for (const name of names) {
    const next = holder[name];
    const made: Tree = typeof next === 'object' && next !== null && !Array.isArray(next) ? { ...next } : {};
    holder[name] = made;
    holder = made;
  }
  holder[last] = value;
};

/** `count` objects, the same for the same `random`. */
export const oddObjects = (random: Random, count: number): readonly Manifest[] => {
  const choose = chooser(random);
  return Array.from({ length: count }, () => objectOf(choose));
};

/** The given manifests, each as some controller may have left it. */
export const withStatus = (random: Random, manifests: readonly Manifest[]): readonly Manifest[] => {
  const choose = chooser(random);
  return manifests.map((manifest) => {
    const known = kinds.find(([apiVersion, kind]) => apiVersion === manifest.apiVersion && kind === manifest.kind);
    return fill(choose, { ...structuredClone(manifest) }, known?.[2] ?? []);
  });
};
