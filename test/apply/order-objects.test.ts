import { describe, expect, it } from 'vitest';
import { identityOf } from '../../shared/apply/object-id.ts';
import { orderObjects } from '../../shared/apply/order-objects.ts';
import type { ObjectId } from '../../shared/rollout/plan.ts';
import type { Manifest } from '../../shared/rollout/release.ts';
import { configMap, deployment, namespace, service, widget, widgetDefinition } from './manifests.ts';

const inShop = (manifest: Manifest): Manifest => ({
  ...manifest,
  metadata: { ...manifest.metadata, namespace: 'shop' },
});
const of = (...manifests: readonly Manifest[]) =>
  manifests.map((manifest) => ({
    id: identityOf(manifest),
    manifest,
    serviceOrder: 0,
    ...(manifest.kind === 'Widget' ? { crd: identityOf(widgetDefinition) } : {}),
  }));
const names = (...manifests: readonly Manifest[]) =>
  orderObjects(of(...manifests)).order.map((id) => id.split('/').slice(1).join('/'));
const dependent = (manifest: Manifest, dependsOn: string): Manifest => ({
  ...manifest,
  metadata: { ...manifest.metadata, annotations: { 'config.kubernetes.io/depends-on': dependsOn } },
});
const object = (apiVersion: string, kind: string, name: string, rest: object = {}): Manifest => ({
  apiVersion,
  kind,
  metadata: { name },
  ...rest,
});
const webhook = object('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', 'check', {
  webhooks: [{ name: 'check.example.com', clientConfig: { service: { name: 'web', namespace: 'shop' } } }],
});

describe('the order', () => {
  it('goes from what others need to what needs others, whatever order they came in', () => {
    expect(
      names(
        webhook,
        inShop(widget('small', 1)),
        inShop(deployment('web', { reads: 'settings' })),
        inShop(service('web')),
        inShop(configMap('settings')),
        object('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'b', {
          roleRef: { kind: 'ClusterRole', name: 'r' },
        }),
        object('rbac.authorization.k8s.io/v1', 'ClusterRole', 'r'),
        widgetDefinition,
        namespace('shop'),
      ),
    ).toEqual([
      'Namespace//shop',
      'CustomResourceDefinition//widgets.example.com',
      'ClusterRole//r',
      'ClusterRoleBinding//b',
      'ConfigMap/shop/settings',
      'Service/shop/web',
      'Deployment/shop/web',
      'Widget/shop/small',
      'ValidatingWebhookConfiguration//check',
    ]);
  });

  it('takes workloads in the order of their services', () => {
    const [first, second] = of(inShop(deployment('zebra')), inShop(deployment('ant')));
    expect(
      orderObjects([
        { ...second, serviceOrder: 1 },
        { ...first, serviceOrder: 0 },
      ] as ReturnType<typeof of>).order,
    ).toEqual(['apps/Deployment/shop/zebra', 'apps/Deployment/shop/ant']);
  });

  it('lets depends-on overrule kinds', () => {
    expect(
      names(dependent(inShop(configMap('late')), 'apps/namespaces/shop/Deployment/web'), inShop(deployment('web'))),
    ).toEqual(['Deployment/shop/web', 'ConfigMap/shop/late']);
  });

  it('has a workload behind what guards it, and its pods behind their budget', () => {
    const budget = inShop(
      object('policy/v1', 'PodDisruptionBudget', 'z', { spec: { selector: { matchLabels: { app: 'web' } } } }),
    );
    const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
    const autoscaler = inShop(
      object('autoscaling/v2', 'HorizontalPodAutoscaler', 'z', { spec: { scaleTargetRef: target } }),
    );
    const ordered = orderObjects(of(inShop(deployment('web')), autoscaler, budget));
    expect([ordered.order, ordered.after.get('apps/Deployment/shop/web'), [...ordered.needs.values()].flat()]).toEqual([
      ['policy/PodDisruptionBudget/shop/z', 'autoscaling/HorizontalPodAutoscaler/shop/z', 'apps/Deployment/shop/web'],
      ['policy/PodDisruptionBudget/shop/z', 'autoscaling/HorizontalPodAutoscaler/shop/z'],
      [],
    ]);
    const late = dependent(autoscaler, 'apps/namespaces/shop/Deployment/web');
    expect(names(inShop(deployment('web')), late)).toEqual(['Deployment/shop/web', 'HorizontalPodAutoscaler/shop/z']);
  });

  it('is found of ten thousand objects in the time of a few', () => {
    const many = Array.from({ length: 10_000 }, (_, place) => inShop(configMap(`c${String(place).padStart(5, '0')}`)));
    const { order } = orderObjects(of(webhook, ...many.toReversed(), namespace('shop')));
    expect([order.length, order[0], order[1], order.at(-1)]).toEqual([
      10_002,
      '/Namespace//shop',
      '/ConfigMap/shop/c00000',
      identityOf(webhook),
    ]);
  });

  it('is the same for every order of the input', () => {
    const set = [inShop(deployment('b')), inShop(deployment('a')), inShop(service('a')), namespace('shop')];
    expect(names(...set.toReversed())).toEqual(names(...set));
  });
});

describe('what an object waits for', () => {
  const needs = (...manifests: readonly Manifest[]): Record<string, readonly ObjectId[]> =>
    Object.fromEntries([...orderObjects(of(...manifests)).needs].filter(([, found]) => found.length > 0));

  it('is its namespace and what its pods refer to', () => {
    expect(
      needs(namespace('shop'), inShop(configMap('settings')), inShop(deployment('web', { reads: 'settings' }))),
    ).toEqual({
      '/ConfigMap/shop/settings': ['/Namespace//shop'],
      'apps/Deployment/shop/web': ['/Namespace//shop', '/ConfigMap/shop/settings'],
    });
  });

  it('is not what lies outside the set', () => {
    expect(needs(inShop(deployment('web', { reads: 'elsewhere' })))).toEqual({});
  });

  it('is the service behind a webhook, and all else ends before the webhook begins', () => {
    const { needs: needed, after } = orderObjects(of(webhook, inShop(service('web')), inShop(configMap('a'))));
    const id = identityOf(webhook);
    expect([needed.get(id), after.get(id)]).toEqual([
      ['/Service/shop/web'],
      ['/Service/shop/web', '/ConfigMap/shop/a'],
    ]);
  });
});

describe('refusals', () => {
  it('name the objects that wait for each other', () => {
    const a = dependent(inShop(configMap('a')), '/namespaces/shop/ConfigMap/b');
    const b = dependent(inShop(configMap('b')), '/namespaces/shop/ConfigMap/a');
    const because = 'waits for itself, through or behind ConfigMap shop/a, ConfigMap shop/b; remove a depends-on';
    expect(orderObjects(of(a, b)).refusals).toEqual([
      { code: 'DEPENDENCY_CYCLE', object: '/ConfigMap/shop/a', because: `ConfigMap shop/a ${because}` },
      { code: 'DEPENDENCY_CYCLE', object: '/ConfigMap/shop/b', because: `ConfigMap shop/b ${because}` },
    ]);
  });

  it.each([['apps/namespaces/shop/Deployment/none'], ['nonsense']])(
    'name a depends-on that leads nowhere: %s',
    (text) => {
      expect(orderObjects(of(dependent(inShop(configMap('a')), text))).refusals).toEqual([
        {
          code: 'DEPENDENCY_UNKNOWN',
          object: '/ConfigMap/shop/a',
          because: `ConfigMap shop/a depends on ${text}, which is not part of the release; name an object of it as group/Kind/name or group/namespaces/namespace/Kind/name`,
        },
      ]);
    },
  );
});
