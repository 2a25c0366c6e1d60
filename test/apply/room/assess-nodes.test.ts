import { describe, expect, it } from 'vitest';
import { assessNodes } from '../../../shared/apply/room/assess-nodes.ts';
import { roomRules } from '../../../shared/apply/room/room-finding.ts';
import type { NodeRoom, PodOnNode } from '../../../shared/apply/room/takes-pod.ts';
import { nodeOf, runningOn, wantedOf } from './pods.ts';

const found = (
  wanted: Parameters<typeof assessNodes>[0],
  nodes: readonly NodeRoom[],
  pods: readonly PodOnNode[] = [],
): readonly string[] =>
  assessNodes(wanted, nodes, pods).map(({ rule, what }) => `${roomRules[rule].severity} ${rule}: ${what}`);

const two = [nodeOf('n1'), nodeOf('n2')];
const half = (node: string) => runningOn(node, `on-${node}`, { cpu: '3500m' });
const own = 'apps/Deployment/shop/web';

describe('a workload that is created or grows', () => {
  it.each<[string, Parameters<typeof found>, readonly string[]]>([
    ['fits', [[wantedOf({ cpu: '2' })], two], []],
    ['states nothing and takes a place', [[wantedOf({})], two], []],
    [
      'fits in part',
      [[wantedOf({ cpu: '3' })], two],
      ['warning little-room: only 2 of 3 pods fit on 2 nodes that take them, for want of cpu'],
    ],
    [
      'finds no place for one pod more',
      [[wantedOf({}, { count: 30 })], two],
      ['warning little-room: only 20 of 30 pods fit on 2 nodes that take them, for want of pods'],
    ],
    [
      'is too large for any node, however empty',
      [[wantedOf({ memory: '32Gi' })], two, [half('n1')]],
      ['error no-room: a pod needs memory 32Gi, and of 2 nodes that take it none has more than memory 16Gi'],
    ],
    [
      'wants what no node has',
      [[wantedOf({ 'nvidia.com/gpu': 1 })], two],
      ['error no-room: a pod needs nvidia.com/gpu 1, and of 2 nodes that take it none has more than nvidia.com/gpu 0'],
    ],
    [
      'chooses nodes that are not there',
      [[wantedOf({}, { pod: { nodeSelector: { pool: 'gpu' } } })], two],
      ['warning no-node: no node takes its pods now: labels, affinity and taints leave none'],
    ],
    [
      'grows by more than is left',
      [[wantedOf({ cpu: '2' }, { before: 2, count: 5 })], two, [half('n1')]],
      ['warning little-room: only 2 of 3 pods fit on 2 nodes that take them, for want of cpu'],
    ],
    [
      'comes after another that took the room',
      [[wantedOf({ cpu: '3' }, { count: 2 }), wantedOf({ cpu: '2' }, { count: 1 })], two],
      ['warning little-room: only 0 of 1 pods fit on 2 nodes that take them, for want of cpu'],
    ],
  ])('%s', (_, given, expected) => {
    expect(found(...given)).toEqual(expected);
  });
});

describe('a workload that restarts', () => {
  const running = [runningOn('n1', 'a', { cpu: '2' }, { of: own }), runningOn('n1', 'b', { cpu: '2' }, { of: own })];
  const restarts = { restarts: true, before: 2, count: 2 };
  it.each<[string, Parameters<typeof found>, readonly string[]]>([
    ['in the place it has', [[wantedOf({ cpu: '2' }, restarts)], [nodeOf('n1')], running], []],
    [
      'with a surge that must come first and finds no place',
      [[wantedOf({ cpu: '2' }, { ...restarts, surge: 1, surgesFirst: true })], [nodeOf('n1')], running],
      [
        'warning little-room: beside the pods it has none fits on 1 node that take them, for want of cpu: with maxUnavailable 0 no pod can be replaced until there is room for one more',
      ],
    ],
    [
      'with a surge that fits in part',
      [[wantedOf({ cpu: '2' }, { ...restarts, surge: 3 })], two, running],
      ['warning little-room: only 2 of the 3 pods it surges by fit on 2 nodes that take them, for want of cpu'],
    ],
    [
      'with larger pods than before',
      [[wantedOf({ cpu: '3' }, restarts)], [nodeOf('n1')], running],
      ['warning little-room: only 1 of 2 pods fit on 1 node that take them, for want of cpu'],
    ],
  ])('%s', (_, given, expected) => {
    expect(found(...given)).toEqual(expected);
  });
});

describe('a DaemonSet', () => {
  const agent = { everyNode: true, priority: 1000 };
  it('fits on every node', () => {
    expect(found([wantedOf({ cpu: '500m' }, agent)], two, [half('n1')])).toEqual([]);
  });

  it('that does not fit where it must run is refused, with whom it would evict', () => {
    expect(found([wantedOf({ cpu: '1' }, agent)], two, [half('n1'), half('n2')])).toEqual([
      'error no-room: it needs cpu 1 on each of 2 nodes, and 2 of them have less: n1 has cpu 500m, n2 has cpu 500m',
      'error preemption: it would evict 2 pods of lower priority than its 1000: shop/on-n1, shop/on-n2',
    ]);
  });

  it.each([
    ['may evict nobody', { preempts: false }],
    ['is of no higher priority', { priority: 0 }],
  ])('that %s would wait for ever', (_, more) => {
    expect(found([wantedOf({ cpu: '1' }, { ...agent, ...more })], two, [half('n1')])).toEqual([
      'error no-room: it needs cpu 1 on each of 2 nodes, and 1 of them has less: n1 has cpu 500m',
    ]);
  });

  it('takes the place of its own pod, and where it surges a place beside it', () => {
    const pods = [runningOn('n1', 'agent', { cpu: '3' }, { of: own })];
    const restarts = { ...agent, restarts: true, before: 1 };
    expect(found([wantedOf({ cpu: '3' }, restarts)], [nodeOf('n1')], pods)).toEqual([]);
    expect(found([wantedOf({ cpu: '3' }, { ...restarts, surge: 1 })], [nodeOf('n1')], pods)).toEqual([
      'error no-room: it needs cpu 3 on each of 1 node, and 1 of them has less: n1 has cpu 1',
    ]);
  });

  it('counts on cordoned nodes and not on those that are not ready', () => {
    const nodes = [
      nodeOf('cordoned', { cpu: '1', pods: '10' }, { spec: { unschedulable: true } }),
      nodeOf('lost', { cpu: '0', pods: '10' }, { status: { allocatable: { cpu: '0' }, conditions: [] } }),
    ];
    expect(found([wantedOf({ cpu: '2' }, { ...agent, preempts: false })], nodes)).toEqual([
      'error no-room: it needs cpu 2 on each of 1 node, and 1 of them has less: cordoned has cpu 1',
    ]);
  });
});

describe('what would be evicted for others', () => {
  it('is what costs least: the lowest priority, and no more pods than it takes', () => {
    const pods = [
      runningOn('n1', 'precious', { cpu: '4' }, { priority: 50 }),
      runningOn('n2', 'small', { cpu: '1' }, { priority: 1 }),
      runningOn('n2', 'cheap', { cpu: '3' }, { priority: 1 }),
    ];
    expect(found([wantedOf({ cpu: '3' }, { count: 1, priority: 100 })], two, pods)).toEqual([
      'warning little-room: only 0 of 1 pods fit on 2 nodes that take them, for want of cpu',
      'error preemption: it would evict 1 pod of lower priority than its 100: shop/cheap',
    ]);
  });

  it('is named in part where it is much', () => {
    const nodes = Array.from({ length: 30 }, (_, at) => nodeOf(`n${at}`));
    const pods = nodes.map(({ name }) => runningOn(name, `db-${name}`, { cpu: '4' }));
    const [, preemption] = found([wantedOf({ cpu: '1' }, { count: 30, priority: 9 })], nodes, pods);
    expect(preemption).toMatch(/^error preemption: it would evict 5 pods of lower priority than its 9: /);
  });
});

it('five thousand pods on a thousand nodes are weighed, each time alike', () => {
  const nodes = Array.from({ length: 1000 }, (_, at) => nodeOf(`n${String(at).padStart(4, '0')}`));
  const pods = nodes.flatMap(({ name }) =>
    Array.from({ length: 5 }, (_, at) => runningOn(name, `p${at}-${name}`, { cpu: '750m' }, { priority: at })),
  );
  const wanted = [
    wantedOf({ cpu: '500m' }, { everyNode: true, priority: 100 }),
    wantedOf({ cpu: '1' }, { count: 2000, priority: 100 }),
  ];
  const once = found(wanted, nodes, pods);
  expect(once).toHaveLength(4);
  expect(found(wanted, nodes, pods)).toEqual(once);
});
