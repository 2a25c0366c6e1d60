import { describe, expect, it } from 'vitest';
import { findDoom, newestPods, selectorOf } from '../../shared/apply/assess-pods.ts';
import type { LiveObject } from '../../shared/apply/live-object.ts';
import { live } from './manifests.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const ago = (seconds: number) => new Date(now - seconds * 1000).toISOString();

const pod = (status: object, age = 5, name = 'web-1'): LiveObject =>
  live('v1', 'Pod', { metadata: { name, creationTimestamp: ago(age) }, status: { startTime: ago(age), ...status } });
const waiting = (reason: string, message = '', more: object = {}) => ({
  containerStatuses: [
    { name: 'main', image: 'web:v2', restartCount: 0, state: { waiting: { reason, message } }, ...more },
  ],
});
const crashed = (restartCount: number, ended: object = { exitCode: 3, reason: 'Error' }) =>
  waiting('CrashLoopBackOff', 'back-off 10s', { restartCount, lastState: { terminated: ended } });
const unscheduled = (age: number) => ({
  conditions: [
    {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message: '0/3 nodes',
      lastTransitionTime: ago(age),
    },
  ],
});

describe('findDoom', () => {
  it.each<[string, LiveObject, string | undefined]>([
    ['a healthy pod', pod({ phase: 'Running' }), undefined],
    ['a container being created', pod(waiting('ContainerCreating'), 300), undefined],
    [
      'an image that is not there, at once',
      pod(waiting('ErrImagePull', 'web:v2: not found')),
      'image web:v2 of container main: web:v2: not found',
    ],
    [
      'an image that may not be had, at once',
      pod(waiting('ImagePullBackOff', 'unauthorized')),
      'image web:v2 of container main: unauthorized',
    ],
    ['a registry that does not answer, yet', pod(waiting('ErrImagePull', 'i/o timeout')), undefined],
    [
      'a registry that did not answer for 20 s',
      pod(waiting('ImagePullBackOff', 'i/o timeout'), 20),
      'image web:v2 of container main: i/o timeout',
    ],
    ['a missing Secret, yet', pod(waiting('CreateContainerConfigError', 'secret "x" not found')), undefined],
    [
      'a Secret missing for 20 s',
      pod(waiting('CreateContainerConfigError', 'secret "x" not found'), 20),
      'container main: secret "x" not found',
    ],
    [
      'a kubelet whose cache lags',
      pod(waiting('CreateContainerConfigError', 'failed to sync secret cache'), 300),
      undefined,
    ],
    ['a first crash', pod(crashed(0)), undefined],
    ['a crash after a restart', pod(crashed(1)), 'container main ended with exit code 3, 1 restarts'],
    [
      'no memory',
      pod(crashed(2, { exitCode: 137, reason: 'OOMKilled' })),
      'container main ended with exit code 137 (out of memory), 2 restarts',
    ],
    [
      'an init container',
      pod(
        {
          initContainerStatuses: [
            { name: 'init', image: 'i', restartCount: 0, state: { waiting: { reason: 'InvalidImageName' } } },
          ],
        },
        30,
      ),
      'image i of container init: InvalidImageName',
    ],
    ['no node, while one may be added', pod(unscheduled(60), 60), undefined],
    ['no node for two minutes', pod(unscheduled(120), 120), '0/3 nodes'],
  ])('%s', (_, object, message) => {
    expect(findDoom([object], now)?.message).toBe(message);
  });

  it('names the first doomed pod by name, and the container whose log tells more', () => {
    const doom = findDoom([pod(crashed(3), 5, 'web-b'), pod(crashed(2), 5, 'web-a')], now);
    expect([doom?.pod.metadata.name, doom?.container, doom?.reason]).toEqual(['web-a', 'main', 'CrashLoopBackOff']);
  });

  it('leaves crashes to a workload that counts them itself', () => {
    expect(findDoom([pod(crashed(3))], now, true)).toBeUndefined();
  });
});

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
