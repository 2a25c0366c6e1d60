import { describe, expect, it } from 'vitest';
import { milliOf } from '../../../shared/apply/quantity.ts';
import { sayAmount, shortOf } from '../../../shared/apply/room/amounts.ts';
import { podDemand } from '../../../shared/apply/room/pod-request.ts';
import { priorityIn } from '../../../shared/apply/room/read-room.ts';
import { takesPod } from '../../../shared/apply/room/takes-pod.ts';
import { nodeOf, podOf } from './pods.ts';

const asks = (requests: object, more: object = {}) => ({ name: 'c', resources: { requests }, ...more });

describe('what a pod takes', () => {
  it.each<[string, object, object]>([
    ['nothing stated is a place', { containers: [{}] }, { pods: 1000 }],
    [
      'the sum of its containers',
      { containers: [asks({ cpu: '1' }), asks({ cpu: '250m', memory: '1Ki' })] },
      { cpu: 1250, memory: 1_024_000, pods: 1000 },
    ],
    [
      'a limit where there is no request',
      { containers: [{ resources: { limits: { cpu: '2', memory: '1Ki' }, requests: { cpu: '1' } } }] },
      { cpu: 1000, memory: 1_024_000, pods: 1000 },
    ],
    [
      'an init container that is larger',
      { containers: [asks({ cpu: '1' })], initContainers: [asks({ cpu: '3' })] },
      { cpu: 3000, pods: 1000 },
    ],
    [
      'sidecars beside containers',
      { containers: [asks({ cpu: '1' })], initContainers: [asks({ cpu: '500m' }, { restartPolicy: 'Always' })] },
      { cpu: 1500, pods: 1000 },
    ],
    [
      'an init container beside the sidecars before it',
      {
        containers: [asks({ cpu: '1' })],
        initContainers: [asks({ cpu: '1' }, { restartPolicy: 'Always' }), asks({ cpu: '2' })],
      },
      { cpu: 3000, pods: 1000 },
    ],
    [
      'the overhead of its runtime',
      { containers: [asks({ cpu: '1' })], overhead: { cpu: '100m' } },
      { cpu: 1100, pods: 1000 },
    ],
    [
      'what the pod states for itself',
      { containers: [asks({ cpu: '1' })], resources: { requests: { cpu: '2' } } },
      { cpu: 2000, pods: 1000 },
    ],
    ['what is no quantity counts as nothing', { containers: [asks({ cpu: 'lots', memory: {} })] }, { pods: 1000 }],
  ])('%s', (_, spec, expected) => {
    expect(podDemand(spec).requests).toEqual(expected);
  });
});

it.each<[unknown, number | undefined]>([
  ['1', 1000],
  ['1.1', 1100],
  ['100m', 100],
  ['1Ki', 1_024_000],
  ['1e3', 1_000_000],
  ['5E-1', 500],
  ['2E', 2e21],
  ['1u', 1],
  [0.5, 500],
  ['', undefined],
  ['1 Gi', undefined],
  [null, undefined],
])('%o is %o thousandths', (value, expected) => expect(milliOf(value)).toBe(expected));

it.each<[string, number, string]>([
  ['cpu', 1500, 'cpu 1500m'],
  ['cpu', 2000, 'cpu 2'],
  ['cpu', -200, 'cpu 0'],
  ['memory', 64 * 2 ** 20 * 1000, 'memory 64Mi'],
  ['memory', 1.5 * 2 ** 30 * 1000, 'memory 1.5Gi'],
  ['ephemeral-storage', 100_000, 'ephemeral-storage 100'],
  ['pods', 3000, 'pods 3'],
])('%s of %d is said as %s', (name, milli, expected) => expect(sayAmount(name, milli)).toBe(expected));

it('what is not there at all is short, and what is not wanted never', () => {
  expect([shortOf({ gpu: 1 }, {}), shortOf({ gpu: 0 }, {}), shortOf({ a: 1, b: 2 }, { a: 1, b: 1 })]).toEqual([
    'gpu',
    undefined,
    'b',
  ]);
});

describe('a node takes a pod', () => {
  const tainted = (effect: string, key = 'dedicated') =>
    nodeOf('n', {}, { spec: { taints: [{ key, value: 'db', effect }] } });
  const affine = (term: object) => ({
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } } },
  });
  const hostname = (operator: string, ...values: readonly string[]) => ({
    matchExpressions: [{ key: 'kubernetes.io/hostname', operator, values }],
  });
  it.each<[string, Parameters<typeof takesPod>, boolean]>([
    ['by default', [nodeOf('n'), podOf(), false], true],
    [
      'whose selector it meets',
      [nodeOf('n'), podOf({}, { nodeSelector: { 'kubernetes.io/hostname': 'n' } }), false],
      true,
    ],
    ['whose selector it does not meet: no', [nodeOf('n'), podOf({}, { nodeSelector: { zone: 'a' } }), false], false],
    ['whose affinity it meets', [nodeOf('n'), podOf({}, affine(hostname('In', 'n', 'm'))), false], true],
    ['whose affinity it does not meet: no', [nodeOf('n'), podOf({}, affine(hostname('NotIn', 'n'))), false], false],
    [
      'whose affinity names it',
      [
        nodeOf('n'),
        podOf({}, affine({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n'] }] })),
        false,
      ],
      true,
    ],
    [
      'whose affinity asks for nothing: no, as an empty term matches nothing',
      [nodeOf('n'), podOf({}, affine({})), false],
      false,
    ],
    ['that does not tolerate its taint: no', [tainted('NoSchedule'), podOf(), false], false],
    ['that would rather not', [tainted('PreferNoSchedule'), podOf(), false], true],
    [
      'that tolerates its taint',
      [tainted('NoSchedule'), podOf({}, { tolerations: [{ key: 'dedicated', value: 'db' }] }), false],
      true,
    ],
    [
      'that tolerates another value: no',
      [tainted('NoExecute'), podOf({}, { tolerations: [{ key: 'dedicated', value: 'x' }] }), false],
      false,
    ],
    [
      'that tolerates another effect: no',
      [
        tainted('NoExecute'),
        podOf({}, { tolerations: [{ key: 'dedicated', operator: 'Exists', effect: 'NoSchedule' }] }),
        false,
      ],
      false,
    ],
    [
      'that tolerates everything',
      [tainted('NoExecute'), podOf({}, { tolerations: [{ operator: 'Exists' }] }), false],
      true,
    ],
    [
      'of a DaemonSet under pressure',
      [tainted('NoSchedule', 'node.kubernetes.io/memory-pressure'), podOf(), true],
      true,
    ],
    [
      'of a Deployment under pressure: no',
      [tainted('NoSchedule', 'node.kubernetes.io/memory-pressure'), podOf(), false],
      false,
    ],
    ['when it is cordoned: no', [nodeOf('n', {}, { spec: { unschedulable: true } }), podOf(), false], false],
  ])('%s', (_, given, expected) => {
    expect(takesPod(...given)).toBe(expected);
  });
});

describe('the priority of a pod', () => {
  const class_ = (name: string, value: number, more: object = {}) => ({ metadata: { name }, value, ...more });
  const classes = [
    class_('high', 1000),
    class_('meek', 500, { preemptionPolicy: 'Never' }),
    class_('usual', 10, { globalDefault: true }),
  ];
  it.each<[string, object, { priority: number; preempts: boolean }]>([
    ['is that of its class', { priorityClassName: 'high' }, { priority: 1000, preempts: true }],
    ['is of a class that evicts nobody', { priorityClassName: 'meek' }, { priority: 500, preempts: false }],
    ['is the usual one', {}, { priority: 10, preempts: true }],
    ['is not known of a class that is not there', { priorityClassName: 'gone' }, { priority: 0, preempts: true }],
  ])('%s', (_, spec, expected) => {
    expect(priorityIn(spec, classes)).toEqual(expected);
  });
});
