import { expect, it } from 'vitest';
import type { ComparedObject } from '../../../shared/apply/compare-object.ts';
import { identityOf } from '../../../shared/apply/object-id.ts';
import { type WantedPods, wantedPods } from '../../../shared/apply/room/wanted-pods.ts';
import type { Manifest } from '../../../shared/rollout/release.ts';
import { live } from '../manifests.ts';
import { podOf } from './pods.ts';

type Json = Readonly<Record<string, unknown>>;

const object = (apiVersion: string, kind: string, spec: Json): Manifest => ({
  apiVersion,
  kind,
  metadata: { name: 'web', namespace: 'shop' },
  spec: { template: { spec: podOf({ cpu: '1' }) }, ...spec },
});
const deployment = (spec: Json = { replicas: 4 }) => object('apps/v1', 'Deployment', spec);
const compared = (
  manifest: Manifest,
  action: ComparedObject['action'],
  fields: readonly string[] = [],
  liveSpec?: Json,
  more: Partial<ComparedObject> = {},
): ComparedObject => ({
  id: identityOf(manifest),
  service: 'web',
  serviceOrder: 0,
  source: 'web.yaml',
  manifest,
  served: { group: 'apps', version: 'v1', kind: manifest.kind, plural: 'x', namespaced: true },
  isServed: true,
  action,
  fields: fields.map((path) => ({ path })),
  force: false,
  ...(liveSpec === undefined ? {} : { live: live(manifest.apiVersion, manifest.kind, liveSpec) }),
  ...more,
});
const image = '/spec/template/spec/containers[name=main]/image';
const four = { spec: { replicas: 4 } };
const daemon = object('apps/v1', 'DaemonSet', { updateStrategy: { rollingUpdate: { maxSurge: '50%' } } });
const scaler = object('autoscaling/v2', 'HorizontalPodAutoscaler', {
  minReplicas: 3,
  scaleTargetRef: { kind: 'Deployment', name: 'web' },
});

type Shape = Pick<WantedPods, 'count' | 'before' | 'surge' | 'surgesFirst' | 'restarts'>;
const grown = (count: number, before: number): Shape => ({
  count,
  before,
  surge: 0,
  surgesFirst: false,
  restarts: false,
});

it.each<[string, readonly ComparedObject[], Shape | undefined]>([
  ['what stays as it is', [compared(deployment(), 'unchanged', [], four)], undefined],
  ['what changes beside its pods', [compared(deployment(), 'change', ['/metadata/labels/a'], four)], undefined],
  ['what shrinks', [compared(deployment({ replicas: 2 }), 'change', ['/spec/replicas'], four)], undefined],
  ['what has no pods', [compared({ ...deployment(), spec: {} }, 'create')], undefined],
  ['a custom object', [compared(object('example.com/v1', 'Widget', {}), 'create')], undefined],
  ['a workload that is created', [compared(deployment(), 'create')], grown(4, 0)],
  ['one that grows', [compared(deployment({ replicas: 6 }), 'change', ['/spec/replicas'], four)], grown(6, 4)],
  [
    'one whose pods are replaced, a quarter more and a quarter less at a time',
    [compared(deployment(), 'change', [image], four)],
    { count: 4, before: 4, surge: 1, surgesFirst: false, restarts: true },
  ],
  [
    'one that may miss none',
    [
      compared(
        deployment({ replicas: 4, strategy: { rollingUpdate: { maxSurge: 2, maxUnavailable: 0 } } }),
        'migrate',
        [image],
        four,
      ),
    ],
    { count: 4, before: 4, surge: 2, surgesFirst: true, restarts: true },
  ],
  [
    'one of three, of which a quarter is none',
    [compared(deployment({ replicas: 3 }), 'change', [image], { spec: { replicas: 3 } })],
    { count: 3, before: 3, surge: 1, surgesFirst: true, restarts: true },
  ],
  [
    'one that ends all first',
    [compared(deployment({ replicas: 4, strategy: { type: 'Recreate' } }), 'change', [image], four)],
    { count: 4, before: 4, surge: 0, surgesFirst: false, restarts: true },
  ],
  [
    'one whose difference is told in larger parts',
    [compared(deployment(), 'change', ['/spec'], four)],
    { count: 4, before: 4, surge: 1, surgesFirst: false, restarts: true },
  ],
  [
    'a StatefulSet, one after the other',
    [compared(object('apps/v1', 'StatefulSet', { replicas: 3 }), 'recreate', [], { spec: { replicas: 3 } })],
    { count: 3, before: 3, surge: 0, surgesFirst: false, restarts: true },
  ],
  [
    'a DaemonSet that surges',
    [compared(daemon, 'change', [image], { status: { desiredNumberScheduled: 8 } })],
    { count: 8, before: 8, surge: 4, surgesFirst: false, restarts: true },
  ],
  [
    'an autoscaled one, as many as it has',
    [
      compared(deployment({}), 'change', [image], { spec: { replicas: 9 } }, { isAutoscaled: true }),
      compared(scaler, 'unchanged'),
    ],
    { count: 9, before: 9, surge: 3, surgesFirst: false, restarts: true },
  ],
  [
    'an autoscaled one that is new, as many as it keeps at least',
    [compared(deployment({}), 'create', [], undefined, { isAutoscaled: true }), compared(scaler, 'create')],
    grown(3, 0),
  ],
  ['a Job', [compared(object('batch/v1', 'Job', { parallelism: 5 }), 'create')], grown(5, 0)],
  ['a Pod', [compared({ ...object('v1', 'Pod', {}), spec: podOf({}) }, 'create')], grown(1, 0)],
])('%s', (_, objects, expected) => {
  const [first] = wantedPods(objects);
  const { count, before, surge, surgesFirst, restarts } = first ?? {};
  expect(first && { count, before, surge, surgesFirst, restarts }).toEqual(expected);
});
