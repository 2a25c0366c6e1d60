import { describe, expect, it } from 'vitest';
import { assessDeletes, type DeleteLimits } from '../../shared/apply/assess-deletes.ts';
import { identityOf } from '../../shared/apply/object-id.ts';
import { serves } from '../../shared/apply/serving-kinds.ts';
import type { Manifest } from '../../shared/rollout/release.ts';
import { live } from './manifests.ts';

const limits: DeleteLimits = {
  max: 2,
  ofTarget: false,
  services: {},
  protect: [],
  exempt: new Set(),
  beyond: 'name',
};
const object = (apiVersion: string, kind: string, name: string) =>
  live(apiVersion, kind, { metadata: { name, namespace: 'shop' } });
const gone = (apiVersion: string, kind: string, name: string, service = 'web') => {
  const found = object(apiVersion, kind, name);
  return { id: identityOf(found), service, object: found };
};
const anew = (apiVersion: string, kind: string, name: string, service = 'web') => {
  const { id, object: found } = gone(apiVersion, kind, name);
  return { id, service, action: 'recreate' as const, live: found };
};
const settings = (count: number, service = 'web') =>
  Array.from({ length: count }, (_, at) => gone('v1', 'ConfigMap', `${service}-${at}`, service));
const way = ': only an approval that names it lifts that';

describe('assessDeletes', () => {
  it.each<[string, Parameters<typeof assessDeletes>[0], Partial<DeleteLimits>, string | undefined]>([
    ['nothing', { prunes: [], objects: [] }, { max: 0 }, undefined],
    ['as many as may be', { prunes: settings(2), objects: [] }, {}, undefined],
    [
      'one more',
      { prunes: settings(3), objects: [] },
      {},
      `3 objects would be deleted (3 ConfigMap), at most 2 may be${way}`,
    ],
    [
      'one more, by way of a recreation',
      { prunes: settings(2), objects: [anew('batch/v1', 'Job', 'migrate')] },
      {},
      `3 objects would be deleted (2 ConfigMap, 1 Job; 1 of them created again), at most 2 may be${way}`,
    ],
    [
      'an object that changes',
      { prunes: settings(2), objects: [{ ...anew('batch/v1', 'Job', 'j'), action: 'change' }] },
      {},
      undefined,
    ],
    [
      'one that serves',
      { prunes: [gone('apps/v1', 'StatefulSet', 'db')], objects: [] },
      {},
      `StatefulSet shop/db would be deleted, which serves${way}`,
    ],
    [
      'one that serves, to be created anew',
      { prunes: [], objects: [anew('apps/v1', 'Deployment', 'web')] },
      {},
      `Deployment shop/web would be deleted, which serves${way}`,
    ],
    [
      'a kind that the config protects',
      { prunes: [gone('kafka.strimzi.io/v1beta2', 'Kafka', 'events')], objects: [] },
      { protect: ['Kafka.kafka.strimzi.io'] },
      `Kafka shop/events would be deleted, which serves${way}`,
    ],
    [
      'that kind where nothing protects it',
      { prunes: [gone('kafka.strimzi.io/v1beta2', 'Kafka', 'events')], objects: [] },
      {},
      undefined,
    ],
    [
      'what the release brought itself',
      { prunes: [gone('apps/v1', 'Deployment', 'web'), ...settings(2)], objects: [] },
      { exempt: new Set(['apps/Deployment/shop/web'] as const) },
      undefined,
    ],
    [
      'a service with a number of its own',
      { prunes: [...settings(2), ...settings(4, 'hashed')], objects: [] },
      { services: { hashed: 4 } },
      undefined,
    ],
    [
      'more than that number',
      { prunes: settings(5, 'hashed'), objects: [] },
      { services: { hashed: 4 } },
      `5 objects of service hashed would be deleted (5 ConfigMap), at most 4 may be${way}`,
    ],
    [
      'a target with a number of its own, which counts those services too',
      { prunes: settings(1, 'hashed'), objects: [] },
      { max: 0, ofTarget: true, services: { hashed: 4 } },
      `1 object would be deleted (1 ConfigMap), at most 0 may be${way}`,
    ],
  ])('%s', (_, compared, more, because) => {
    expect(assessDeletes(compared, { ...limits, ...more })?.because).toBe(because);
  });

  it('names every delete of the target, and holds what is beyond by itself', () => {
    const prunes = [...settings(2), gone('v1', 'Service', 'web')];
    expect(assessDeletes({ prunes, objects: [] }, limits)).toEqual({
      objects: ['/ConfigMap/shop/web-0', '/ConfigMap/shop/web-1', '/Service/shop/web'],
      held: new Set(['/Service/shop/web', '/ConfigMap/shop/web-0', '/ConfigMap/shop/web-1']),
      because: `3 objects would be deleted (2 ConfigMap, 1 Service), at most 2 may be; Service shop/web would be deleted, which serves${way}`,
    });
    const within = assessDeletes({ prunes: prunes.slice(1), objects: [] }, limits);
    expect([within?.objects, within?.held]).toEqual([
      ['/ConfigMap/shop/web-1', '/Service/shop/web'],
      new Set(['/Service/shop/web']),
    ]);
  });

  it('says of a whole product that is gone what it was made of', () => {
    const prunes = [
      ...Array.from({ length: 12 }, (_, at) => gone('apps/v1', 'StatefulSet', `s-${at}`)),
      ...Array.from({ length: 40 }, (_, at) => gone('v1', 'Service', `v-${at}`)),
      ...settings(84),
    ];
    expect(assessDeletes({ prunes, objects: [] }, limits)?.because).toBe(
      `136 objects would be deleted (84 ConfigMap, 40 Service, 12 StatefulSet), at most 2 may be; StatefulSet shop/s-0, StatefulSet shop/s-1, StatefulSet shop/s-2 and 49 more would be deleted, which serves${way}`,
    );
  });
});

describe('serves', () => {
  const pods = { spec: { template: { spec: { containers: [] } } } };
  it.each<[string, Manifest, boolean]>([
    ['a DaemonSet', live('apps/v1', 'DaemonSet'), true],
    ['a Service', live('v1', 'Service'), true],
    ['an Ingress', live('networking.k8s.io/v1', 'Ingress'), true],
    ['a route of the Gateway API', live('gateway.networking.k8s.io/v1', 'HTTPRoute'), true],
    ['an APIService', live('apiregistration.k8s.io/v1', 'APIService'), true],
    ['a custom workload', live('argoproj.io/v1alpha1', 'Rollout', pods), true],
    ['another custom object', live('cert-manager.io/v1', 'Certificate'), false],
    ['a Deployment of another group', live('example.com/v1', 'Deployment'), false],
    ['a Job', live('batch/v1', 'Job', pods), false],
    ['a ConfigMap', live('v1', 'ConfigMap'), false],
  ])('%s', (_, found, expected) => expect(serves(found)).toBe(expected));
});
