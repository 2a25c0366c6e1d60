import { describe, expect, it } from 'vitest';
import { autoscaledBy, leaveReplicas } from '../../../shared/apply/autoscaled.ts';
import { lintObjects } from '../../../shared/apply/lint/lint-objects.ts';
import { lintRules } from '../../../shared/apply/lint/lint-rules.ts';
import { identityOf } from '../../../shared/apply/object-id.ts';
import type { Manifest } from '../../../shared/rollout/release.ts';

type Json = Readonly<Record<string, unknown>>;

const labels = { app: 'web' };
const port = { name: 'http', containerPort: 8080 };
const get = (path: string, at: unknown = 'http') => ({ httpGet: { path, port: at } });

/** A container with nothing to say about; members replace those given, `undefined` leaves one out. */
const container = (more: Json = {}): Json => ({
  name: 'main',
  ports: [port],
  readinessProbe: get('/ready'),
  lifecycle: { preStop: { sleep: { seconds: 5 } } },
  resources: { requests: { cpu: '100m', memory: '64Mi' } },
  ...more,
});
const pods = (more: Json = {}, own: Json = {}): Json => ({
  containers: [container(own)],
  topologySpreadConstraints: [
    { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' },
  ],
  ...more,
});
const workload = (kind: string, spec: Json): Manifest => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'web' },
  spec,
});
const web = (spec: Json = {}, pod: Json = {}, own: Json = {}): Manifest =>
  workload('Deployment', {
    replicas: 2,
    progressDeadlineSeconds: 120,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: pods(pod, own) },
    ...spec,
  });
const service = (spec: Json = {}): Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 'http' }], ...spec },
});
const budget = (spec: Json = { maxUnavailable: 1 }): Manifest => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'web' },
  spec: { selector: { matchLabels: labels }, unhealthyPodEvictionPolicy: 'AlwaysAllow', ...spec },
});
const autoscaler = (spec: Json = { minReplicas: 2 }): Manifest => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web' },
  spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, maxReplicas: 9, ...spec },
});
const claim = (accessModes: readonly string[]): Manifest => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data' },
  spec: { accessModes },
});
const mounted = { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] };
const alone = { ...service(), spec: { ports: [] } };

/** As the target's objects are resolved: replicas of an autoscaler are left out. */
const lint = (objects: readonly Manifest[]) => {
  const scaled = autoscaledBy(objects);
  return lintObjects(
    objects.map((manifest) => {
      const id = identityOf(manifest);
      return scaled.has(id) ? leaveReplicas({ id, manifest }) : { id, manifest };
    }),
  );
};
/** `warning single-replica: what is wrong`: without the object and the way out. */
const found = (...objects: readonly Manifest[]): readonly string[] =>
  lint(objects).map(
    ({ severity, rule, because }) => `${severity} ${rule}: ${because.split(': ').slice(1).join(': ').split(' (')[0]}`,
  );

type Case = readonly [title: string, objects: readonly Manifest[], expected: readonly string[]];

const behind = (object: Manifest, ...more: readonly Manifest[]) => [object, service(), budget(), ...more];

describe.each<[string, readonly Case[]]>([
  [
    'how many there are',
    [
      ['two replicas with all they need', behind(web()), []],
      ['one replica that no Service leads to', [web({ replicas: 1 })], []],
      [
        'one replica',
        behind(web({ replicas: 1 })),
        ['warning single-replica: one replica serves a Service: every restart is a gap'],
      ],
      [
        'a number that is not stated is one',
        behind(web({ replicas: undefined })),
        ['warning single-replica: one replica serves a Service: every restart is a gap'],
      ],
      [
        'none',
        behind(web({ replicas: 0 })),
        ['warning single-replica: no replica: the Service in front of it leads to nothing'],
      ],
      [
        'an autoscaler that keeps two',
        behind(web({ replicas: undefined, strategy: { rollingUpdate: { maxUnavailable: 0 } } }), autoscaler()),
        [],
      ],
      [
        'an autoscaler that may leave one',
        behind(web({ replicas: undefined, strategy: { rollingUpdate: { maxUnavailable: 0 } } }), autoscaler({})),
        ['warning single-autoscaled: it may leave Deployment web with 1 replicas: every restart is then a gap'],
      ],
      [
        'a number beside an autoscaler',
        behind(web({ replicas: 4, strategy: { rollingUpdate: { maxUnavailable: 0 } } }), autoscaler()),
        [
          'warning replicas-autoscaled: 4 replicas are stated, which its autoscaler decides: the number is left out of what is applied',
        ],
      ],
    ],
  ],
  [
    'how it is replaced',
    [
      [
        'Recreate',
        behind(web({ strategy: { type: 'Recreate' } })),
        ['warning recreate: strategy Recreate ends every pod before the first new one begins'],
      ],
      ['no strategy for three, of which none goes by default', behind(web({ replicas: 3 })), []],
      [
        'no strategy for eight',
        behind(web({ replicas: 8 })),
        [
          'warning default-strategy: it states no rolling update: by default 2 of its 8 pods go before new ones are ready; state maxUnavailable',
        ],
      ],
      ['a strategy for eight', behind(web({ replicas: 8, strategy: { rollingUpdate: { maxUnavailable: 0 } } })), []],
      [
        'no strategy where an autoscaler decides',
        behind(web({ replicas: undefined }), autoscaler()),
        [
          'warning default-strategy: it states no rolling update: by default a quarter of its pods goes before new ones are ready; state maxUnavailable',
        ],
      ],
      [
        'no room to roll',
        [web({ strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } } })],
        ['error no-room-to-roll: maxSurge and maxUnavailable are both 0: no pod can ever be replaced'],
      ],
      [
        'no room to roll on any node',
        [
          workload('DaemonSet', {
            updateStrategy: { rollingUpdate: { maxUnavailable: 0 } },
            template: { spec: pods() },
          }),
        ],
        ['error no-room-to-roll: maxSurge and maxUnavailable are both 0: no pod can ever be replaced'],
      ],
      [
        'no deadline',
        behind(web({ progressDeadlineSeconds: undefined })),
        [
          'warning no-progress-deadline: it states no progressDeadlineSeconds: the cluster calls a rollout that hangs failed after 600 s',
        ],
      ],
      [
        'a claim only one pod may hold',
        [web({}, mounted), claim(['ReadWriteOnce'])],
        ['warning claim-held-twice: the new pod waits for claim data, which the old one holds until it ends'],
      ],
      ['a claim all may hold', [web({}, mounted), claim(['ReadWriteMany'])], []],
      [
        'a claim that the old pod has left',
        [web({ strategy: { rollingUpdate: { maxSurge: 0 } } }, mounted), claim(['ReadWriteOnce'])],
        [],
      ],
    ],
  ],
  [
    'how it is asked',
    [
      [
        'no readiness probe',
        behind(web({}, {}, { readinessProbe: undefined })),
        ['warning no-readiness-probe: no container has a readinessProbe: requests come before it can answer'],
      ],
      [
        'one probe for both',
        [web({}, {}, { livenessProbe: get('/ready') })],
        [
          'warning probes-identical: liveness of container main asks what readiness asks and gives up no later: under load it is restarted where it should be left out',
        ],
      ],
      [
        'one endpoint for both, asked with more patience',
        [web({}, {}, { livenessProbe: { ...get('/ready'), failureThreshold: 9 } })],
        [],
      ],
      ['two endpoints', [web({}, {}, { livenessProbe: get('/alive') })], []],
      [
        'a port of no such name',
        [web({}, {}, { livenessProbe: get('/', 'admin') })],
        ['error unknown-probe-port: livenessProbe of container main asks port admin, which it does not have'],
      ],
      [
        'a port that is not exposed',
        [web({}, {}, { startupProbe: { tcpSocket: { port: 9 } } })],
        ['warning unlisted-probe-port: startupProbe of container main asks port 9, which it does not expose'],
      ],
      [
        'a container that says nothing of its ports',
        [web({}, {}, { ports: undefined, readinessProbe: get('/', 9) })],
        [],
      ],
    ],
  ],
  [
    'how it is disrupted',
    [
      [
        'no budget',
        [web(), service()],
        ['warning no-budget: no PodDisruptionBudget covers it: a drain may take all of its pods at once'],
      ],
      [
        'a budget by expression',
        [
          web(),
          service(),
          budget({
            maxUnavailable: 1,
            selector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }] },
          }),
        ],
        [],
      ],
      [
        'a budget of others',
        [web(), service(), budget({ maxUnavailable: 1, selector: { matchLabels: { app: 'api' } } })],
        ['warning no-budget: no PodDisruptionBudget covers it: a drain may take all of its pods at once'],
      ],
      [
        'a budget of nothing',
        [web(), service(), budget({ maxUnavailable: 0 })],
        ['warning blocking-budget: PodDisruptionBudget web lets no pod go: nodes can not be drained'],
      ],
      [
        'a budget of all',
        [web(), service(), budget({ minAvailable: '100%' })],
        ['warning blocking-budget: PodDisruptionBudget web lets no pod go: nodes can not be drained'],
      ],
      [
        'a budget of as many as there are',
        [web(), service(), budget({ minAvailable: 2 })],
        ['warning blocking-budget: PodDisruptionBudget web lets no pod go: nodes can not be drained'],
      ],
      ['a budget of half', [web(), service(), budget({ minAvailable: '50%' })], []],
      [
        'a budget that keeps sick pods',
        [budget({ maxUnavailable: 1, unhealthyPodEvictionPolicy: undefined })],
        [
          'warning budget-keeps-sick: pods that are not ready may not be evicted: a node with a sick pod can not be drained; state unhealthyPodEvictionPolicy: AlwaysAllow',
        ],
      ],
    ],
  ],
  [
    'where it stands and how it ends',
    [
      [
        'nothing that spreads it',
        behind(web({}, { topologySpreadConstraints: [] })),
        [
          'warning no-spread: neither topologySpreadConstraints nor podAntiAffinity: all of its pods may stand on one node',
        ],
      ],
      ['anti-affinity', behind(web({}, { topologySpreadConstraints: [], affinity: { podAntiAffinity: {} } })), []],
      [
        'no preStop',
        behind(web({}, {}, { lifecycle: undefined })),
        [
          'warning no-pre-stop: no container has a preStop: requests still come while it ends already; a sleep of some seconds lets endpoints go first',
        ],
      ],
      [
        'a preStop as long as the grace period',
        [web({}, { terminationGracePeriodSeconds: 5 })],
        ['warning short-grace: preStop of container main takes all of the 5 s it has to end in'],
      ],
      [
        'a preStop that sleeps in a shell',
        [web({}, {}, { lifecycle: { preStop: { exec: { command: ['sh', '-c', 'sleep 45'] } } } })],
        ['warning short-grace: preStop of container main takes all of the 30 s it has to end in'],
      ],
      [
        'no requests',
        [web({}, {}, { resources: undefined })],
        ['warning no-requests: container main requests no cpu and no memory: whether it fits can not be known'],
      ],
      [
        'a limit, which is a request too',
        [web({}, {}, { resources: { limits: { memory: '1Gi' }, requests: { cpu: 1 } } })],
        [],
      ],
    ],
  ],
  [
    'what it is made of',
    [
      [
        'a container port twice',
        [web({}, {}, { ports: [port, { containerPort: 8080, protocol: 'TCP' }] })],
        ['error duplicate-port: container main has port 8080/TCP twice'],
      ],
      ['a port for each protocol', [web({}, {}, { ports: [port, { containerPort: 8080, protocol: 'UDP' }] })], []],
      [
        'a Service port twice',
        [
          web(),
          {
            ...alone,
            spec: {
              ports: [
                { name: 'a', port: 1 },
                { name: 'b', port: 1 },
              ],
            },
          },
        ],
        ['error duplicate-port: port 1/TCP is there twice'],
      ],
      [
        'a variable twice',
        [web({}, {}, { env: [{ name: 'A' }, { name: 'B' }, { name: 'A' }] })],
        ['error duplicate-variable: container main sets A twice'],
      ],
      [
        'a custom object that calls something containers',
        [
          {
            apiVersion: 'example.com/v1',
            kind: 'Crate',
            metadata: { name: 'c' },
            spec: { containers: [{ env: [{ name: 'A' }, { name: 'A' }] }] },
          },
        ],
        [],
      ],
      [
        'a selector that misses',
        [web({ selector: { matchLabels: { app: 'api' } } })],
        ['error mismatching-selector: its selector does not select the pods of its template'],
      ],
      ['a selector by expression', [web({ selector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] } })], []],
      [
        'a DaemonSet that misses',
        [
          workload('DaemonSet', {
            selector: { matchLabels: { app: 'x' } },
            template: { metadata: { labels }, spec: pods() },
          }),
        ],
        ['error mismatching-selector: its selector does not select the pods of its template'],
      ],
      [
        'a Service of nobody',
        [service({ selector: { app: 'gone', tier: 'x' } })],
        ['warning dangling-service: it selects app=gone,tier=x, which no pods have'],
      ],
      [
        'a Service of an operator, of an external name, of endpoints by hand',
        [service({ selector: undefined }), service({ type: 'ExternalName' })],
        [],
      ],
      [
        'a Service of a Job',
        [
          service(),
          {
            apiVersion: 'batch/v1',
            kind: 'Job',
            metadata: { name: 'j' },
            spec: { template: { metadata: { labels }, spec: pods() } },
          },
        ],
        [],
      ],
      [
        'a port by a name that nobody has',
        behind(web({}, {}, {})).with(1, service({ ports: [{ port: 80, targetPort: 'https' }] })),
        ['warning unknown-target-port: it leads to port https, which no container behind it exposes'],
      ],
      [
        'a port by a number that nobody has',
        behind(web()).with(1, service({ ports: [{ port: 80 }] })),
        ['warning unknown-target-port: it leads to port 80, which no container behind it exposes'],
      ],
      [
        'a port of containers that list none',
        behind(web({}, {}, { ports: undefined, readinessProbe: get('/', 80) })).with(
          1,
          service({ ports: [{ port: 80 }] }),
        ),
        [],
      ],
    ],
  ],
  [
    'how it is written',
    [
      [
        'a version that is gone',
        [{ ...budget(), apiVersion: 'policy/v1beta1' }],
        ['warning removed-version: v1beta1 of policy is gone with Kubernetes 1.25; use policy/v1'],
      ],
      [
        'a kind that moved',
        [{ apiVersion: 'extensions/v1beta1', kind: 'Ingress', metadata: { name: 'i' } }],
        ['warning removed-version: v1beta1 of extensions is gone with Kubernetes 1.22; use networking.k8s.io/v1'],
      ],
      ['a version that is here', [autoscaler()], []],
    ],
  ],
])('lint of %s', (_, cases) => {
  it.each(cases)('%s', (_title, objects, expected) => {
    expect(found(...objects)).toEqual(expected);
  });
});

describe('a finding', () => {
  const stuck = { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } };
  const waived = (reason: string): Manifest => ({
    ...web({ strategy: stuck }),
    metadata: { name: 'web', annotations: { 'tidegate.dev/waive-no-room-to-roll': reason } },
  });
  const object = 'apps/Deployment//web';
  const what = 'Deployment web: maxSurge and maxUnavailable are both 0: no pod can ever be replaced';

  it('that warns says what is wrong', () => {
    expect(lint([web({ replicas: 1 }), service(), budget()])).toEqual([
      {
        object,
        rule: 'single-replica',
        severity: 'warning',
        because: 'Deployment web: one replica serves a Service: every restart is a gap',
      },
    ]);
  });

  it('that refuses says how to go on', () => {
    expect(lint([waived(' ')])).toEqual([
      {
        object,
        rule: 'no-room-to-roll',
        severity: 'error',
        because: `${what} (no-room-to-roll); change it, or state why in annotation tidegate.dev/waive-no-room-to-roll`,
      },
    ]);
  });

  it('that is waived says why', () => {
    expect(lint([waived('replaced by hand')])).toEqual([
      { object, rule: 'no-room-to-roll', severity: 'waived', because: `${what}; waived: replaced by hand` },
    ]);
  });

  it('of each rule can be waived for itself: no two have one name', () => {
    const names = lintRules.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
    expect(names.filter((name) => !/^[a-z]+(-[a-z]+)*$/.test(name))).toEqual([]);
  });

  it('is made of whatever comes: no manifest is odd enough to stop linting', () => {
    const odd = [null, 7, 'x', [], {}, [null], { containers: [null, 7, {}] }];
    for (const spec of odd) {
      for (const kind of [
        'Deployment',
        'DaemonSet',
        'Service',
        'PodDisruptionBudget',
        'HorizontalPodAutoscaler',
        'Pod',
      ]) {
        const manifest = { apiVersion: kind === 'Deployment' ? 'apps/v1' : 'v1', kind, metadata: { name: 'x' }, spec };
        expect(() => lint([manifest, web({ template: spec }), service()])).not.toThrow();
      }
    }
  });
});
