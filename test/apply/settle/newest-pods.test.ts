import { describe, expect, it } from 'vitest';
import type { LiveObject } from '../../../shared/apply/live-object.ts';
import { newestPods, selectorOf } from '../../../shared/apply/settle/newest-pods.ts';
import { live } from '../manifests.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const ago = (seconds: number) => new Date(now - seconds * 1000).toISOString();

describe('newestPods', () => {
  const owner = (uid: string) => [{ apiVersion: 'v1', kind: 'X', name: 'x', uid }];
  const owned = (name: string, uid: string, hash = '', age = 0) =>
    live('v1', 'Pod', {
      metadata: {
        name,
        ownerReferences: owner(uid),
        labels: { 'controller-revision-hash': hash },
        creationTimestamp: ago(age),
      },
    });
  const names = (pods: readonly LiveObject[]) => pods.map((each) => each.metadata.name);

  it('of a Deployment are those of the ReplicaSet with its revision', () => {
    const revision = (value: string) => ({ 'deployment.kubernetes.io/revision': value });
    const web = live('apps/v1', 'Deployment', { metadata: { uid: 'd', annotations: revision('2') } });
    const set = (uid: string, value: string) =>
      live('apps/v1', 'ReplicaSet', { metadata: { uid, annotations: revision(value), ownerReferences: owner('d') } });
    const pods = [owned('old', 'r1'), owned('new', 'r2'), owned('foreign', 'r3')];
    expect(names(newestPods(web, { pods, replicaSets: [set('r1', '1'), set('r2', '2')] }))).toEqual(['new']);
  });

  it('of a Deployment whose new ReplicaSet is not there yet are none', () => {
    const web = live('apps/v1', 'Deployment', { metadata: { uid: 'd' } });
    expect(newestPods(web, { pods: [owned('old', 'r1')], replicaSets: [] })).toEqual([]);
  });

  it('of a StatefulSet are those of its update revision', () => {
    const db = live('apps/v1', 'StatefulSet', { metadata: { uid: 's' }, status: { updateRevision: 'db-2' } });
    const pods = [owned('db-0', 's', 'db-1'), owned('db-1', 's', 'db-2')];
    expect(names(newestPods(db, { pods, replicaSets: [] }))).toEqual(['db-1']);
  });

  it('of a DaemonSet are those with the hash of the youngest, once any is updated', () => {
    const pods = [owned('old', 's', 'a', 90), owned('new', 's', 'b', 5)];
    const agent = (updatedNumberScheduled: number) =>
      live('apps/v1', 'DaemonSet', { metadata: { uid: 's' }, status: { updatedNumberScheduled } });
    expect([0, 1].map((updated) => names(newestPods(agent(updated), { pods, replicaSets: [] })))).toEqual([
      [],
      ['new'],
    ]);
  });

  it('of a Job are all it owns', () => {
    const pods = [owned('one', 'j'), owned('two', 'other')];
    expect(names(newestPods(live('batch/v1', 'Job', { metadata: { uid: 'j' } }), { pods, replicaSets: [] }))).toEqual([
      'one',
    ]);
  });
});

it('a selector is written as the API server reads it', () => {
  const spec = {
    selector: {
      matchLabels: { app: 'web' },
      matchExpressions: [
        { key: 'tier', operator: 'In', values: ['a', 'b'] },
        { key: 'x', operator: 'NotIn', values: ['c'] },
        { key: 'y', operator: 'Exists' },
        { key: 'z', operator: 'DoesNotExist' },
      ],
    },
  };
  expect(selectorOf(live('apps/v1', 'Deployment', { spec }))).toBe('app=web,tier in (a,b),x notin (c),y,!z');
});
