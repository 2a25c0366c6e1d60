import { expect, it } from 'vitest';
import { orderDeletes } from '../../shared/apply/order-deletes.ts';
import { orderPrunes } from '../../shared/apply/order-prunes.ts';
import type { Member } from '../../shared/apply/read-live.ts';
import type { Manifest } from '../../shared/rollout/release.ts';
import { configMap, deployment, live, widget } from './manifests.ts';

const member = (object: Manifest, group = ''): Member => ({
  id: `${group}/${object.kind}/shop/${object.metadata.name}`,
  service: 'web',
  served: { group, version: 'v1', kind: object.kind, plural: '', namespaced: true },
  object: { ...live(object.apiVersion, object.kind, { metadata: { name: object.metadata.name } }), ...restOf(object) },
});
const restOf = ({ metadata: _metadata, ...rest }: Manifest) => rest;
const hook = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  metadata: { name: 'h' },
};

it('removes webhooks, then custom objects, which all else waits for, then what needs others before what it needs', () => {
  const { prunes } = orderPrunes([
    member(configMap('settings')),
    member(deployment('web', { reads: 'settings' }), 'apps'),
    member(widget('small', 1), 'example.com'),
    member(hook, 'admissionregistration.k8s.io'),
  ]);
  const stages = orderDeletes(prunes).map(({ deletes: { order, needs }, isWaitedFor }) => ({
    order,
    needs: Object.fromEntries(needs),
    isWaitedFor,
  }));
  expect(stages).toEqual([
    { order: ['admissionregistration.k8s.io/ValidatingWebhookConfiguration/shop/h'], needs: {}, isWaitedFor: false },
    { order: ['example.com/Widget/shop/small'], needs: {}, isWaitedFor: true },
    {
      order: ['apps/Deployment/shop/web', '/ConfigMap/shop/settings'],
      needs: { '/ConfigMap/shop/settings': ['apps/Deployment/shop/web'] },
      isWaitedFor: false,
    },
  ]);
});

it('removes what stands in a circle in the order given', () => {
  const on = (name: string, other: string): Manifest => ({
    ...configMap(name),
    metadata: {
      name,
      annotations: { 'config.kubernetes.io/depends-on': `/namespaces/shop/ConfigMap/${other}` },
    },
  });
  const circular = [on('a', 'b'), on('b', 'a')].map((object) => {
    const { annotations } = object.metadata;
    return {
      ...member(object),
      object: live('v1', 'ConfigMap', {
        metadata: { name: object.metadata.name, ...(annotations && { annotations }) },
      }),
    };
  });
  expect(orderDeletes(circular)[0]?.deletes).toEqual({
    order: ['/ConfigMap/shop/a', '/ConfigMap/shop/b'],
    needs: new Map([['/ConfigMap/shop/b', ['/ConfigMap/shop/a']]]),
    after: new Map(),
  });
});
