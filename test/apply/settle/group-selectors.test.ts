import { describe, expect, it } from 'vitest';
import type { LiveObject } from '../../../shared/apply/live-object.ts';
import { groupSelectors } from '../../../shared/apply/settle/group-selectors.ts';
import { live } from '../manifests.ts';

const workload = (name: string, matchLabels: object, namespace = 'shop', more: object = {}): LiveObject =>
  live('apps/v1', 'Deployment', { metadata: { name, namespace }, spec: { selector: { matchLabels, ...more } } });
const selectors = (workloads: readonly LiveObject[]) =>
  groupSelectors(workloads).map(({ namespace, selector, workloads: of }) => `${namespace}: ${selector} (${of.length})`);

describe('groupSelectors', () => {
  it('asks for the pods of all workloads of a namespace at once where they have a label in common', () => {
    const workloads = [workload('a', { app: 'a' }), workload('b', { app: 'b' }), workload('c', { app: 'c' }, 'other')];
    expect(groupSelectors(workloads)).toEqual([
      { namespace: 'other', selector: 'app=c', workloads: ['apps/Deployment/other/c'] },
      {
        namespace: 'shop',
        selector: 'app in (a,b)',
        workloads: ['apps/Deployment/shop/a', 'apps/Deployment/shop/b'],
      },
    ]);
  });

  it('takes the label that tells most of them apart', () => {
    const of = (name: string) => workload(name, { 'part-of': 'shop', name, tier: 'web' });
    expect(selectors([of('a'), of('b'), workload('c', { 'part-of': 'shop', name: 'c' })])).toEqual([
      'shop: name in (a,b,c) (3)',
    ]);
  });

  it('asks by the whole selector where a workload has no label in common with another', () => {
    const expression = { matchExpressions: [{ key: 'tier', operator: 'Exists' }] };
    const workloads = [
      workload('a', { app: 'a' }),
      workload('b', { app: 'b', tier: 'web' }),
      workload('x', { run: 'x' }),
      workload('y', {}, 'shop', expression),
    ];
    expect(selectors(workloads)).toEqual(['shop: app in (a,b) (2)', 'shop: run=x (1)', 'shop: tier (1)']);
  });

  it('keeps a selector to 50 values', () => {
    const many = Array.from({ length: 120 }, (_, place) => workload(`w${place}`, { app: `w${place}` }));
    expect(groupSelectors(many).map(({ workloads }) => workloads.length)).toEqual([50, 50, 20]);
  });

  it('counts a value that two workloads share once, for both', () => {
    expect(selectors([workload('a', { app: 'x' }), workload('b', { app: 'x', tier: 't' })])).toEqual([
      'shop: app in (x) (2)',
    ]);
  });

  it('reads the selector of a ReplicationController, and leaves out what has none', () => {
    const controller = live('v1', 'ReplicationController', {
      metadata: { name: 'rc' },
      spec: { selector: { app: 'rc' } },
    });
    expect(selectors([controller, live('apps/v1', 'Deployment')])).toEqual(['shop: app=rc (1)']);
  });
});
