import { describe, expect, test } from 'vitest';
import { nextWrite, planParts } from '../../../shared/apply/restarts/next-write.ts';
import { paced, paceOf } from '../../../shared/apply/restarts/pace.ts';
import type { Manifest } from '../../../shared/rollout/release.ts';
import { live } from '../manifests.ts';
import { compared } from './comparing.ts';
import { daemonSet, deployment, statefulSet } from './workloads.ts';

const rolling = (rollingUpdate: object, more: object = {}) => ({ strategy: { rollingUpdate }, ...more });
const ofPods = (manifest: Manifest, pods: number) =>
  live(manifest.apiVersion, manifest.kind, { spec: { replicas: pods }, status: { desiredNumberScheduled: pods } });

describe('the pace of a workload larger than the cap', () => {
  test.for([
    {
      because: 'usual strategy, a quarter of 1,600 each way',
      manifest: deployment('web'),
      pods: 1600,
      pace: { maxSurge: 20, maxUnavailable: 20, minReadySeconds: 60 },
    },
    {
      because: 'nothing may be missing, so all of it is surplus',
      manifest: deployment('web', { spec: rolling({ maxSurge: '25%', maxUnavailable: 0 }) }),
      pods: 1600,
      pace: { maxSurge: 40, maxUnavailable: 0, minReadySeconds: 60 },
    },
    {
      because: 'its own limits are slow enough, but not its own seconds',
      manifest: deployment('web', { spec: rolling({ maxSurge: 1, maxUnavailable: 0 }, { minReadySeconds: 10 }) }),
      pods: 1600,
      pace: { minReadySeconds: 60 },
    },
    {
      because: 'it is slower by itself',
      manifest: deployment('web', { spec: rolling({ maxSurge: 1, maxUnavailable: 0 }, { minReadySeconds: 90 }) }),
      pods: 1600,
      pace: { minReadySeconds: 90 },
    },
    {
      because: 'its deadline is for one pod, and a pod takes as much longer',
      manifest: deployment('web', {
        spec: rolling({ maxSurge: 1, maxUnavailable: 0 }, { minReadySeconds: 10, progressDeadlineSeconds: 55 }),
      }),
      pods: 100,
      pace: { minReadySeconds: 60, progressDeadlineSeconds: 105 },
    },
    {
      because: 'a DaemonSet that takes a tenth of its nodes at once',
      manifest: daemonSet('agent', { spec: { updateStrategy: { rollingUpdate: { maxUnavailable: '10%' } } } }),
      pods: 1600,
      pace: { maxUnavailable: 40, minReadySeconds: 60 },
    },
    {
      because: 'a DaemonSet takes one node at a time by itself',
      manifest: daemonSet('agent'),
      pods: 80,
      pace: { minReadySeconds: 60 },
    },
    {
      because: 'Recreate has none',
      manifest: deployment('web', { spec: { strategy: { type: 'Recreate' } } }),
      pods: 100,
      pace: undefined,
    },
  ])('keeps within 40 a minute: $because', ({ manifest, pods, pace }) => {
    expect(paceOf(manifest, ofPods(manifest, pods), 40)).toEqual(pace);
  });

  test('changes nothing of the manifest but its own fields', () => {
    const manifest = deployment('web', { spec: rolling({ maxSurge: '25%' }) });
    expect(paced(manifest, { maxSurge: 3, maxUnavailable: 1, minReadySeconds: 60 })).toEqual({
      ...manifest,
      spec: {
        ...(manifest.spec as object),
        minReadySeconds: 60,
        strategy: { rollingUpdate: { maxSurge: 3, maxUnavailable: 1 } },
      },
    });
  });
});

describe('the parts of a StatefulSet', () => {
  test.for([
    { pods: 1, cap: 40, parts: [1] },
    { pods: 2, cap: 40, parts: [1, 1] },
    { pods: 7, cap: 40, parts: [1, 2, 4] },
    { pods: 10, cap: 40, parts: [1, 2, 4, 3] },
    { pods: 10, cap: 2, parts: [1, 2, 2, 2, 2, 1] },
    { pods: 0, cap: 40, parts: [] },
  ])('of $pods pods under a cap of $cap are $parts', ({ pods, cap, parts }) => {
    expect(planParts(pods, cap)).toEqual(parts);
  });

  const set = (version: string, at?: number) =>
    statefulSet('db', {
      version,
      replicas: 7,
      ...(at === undefined ? {} : { spec: { updateStrategy: { rollingUpdate: { partition: at } } } }),
    });
  const between = { currentRevision: 'a', updateRevision: 'b', updatedReplicas: 1 };

  test.for([
    { because: 'nothing is begun', before: set('v1'), after: set('v2'), pods: 1, partition: 6, isLast: false },
    { because: 'one is done', before: set('v2', 6), after: set('v2'), pods: 2, partition: 4, isLast: false },
    { because: 'three are done', before: set('v2', 4), after: set('v2'), pods: 4, partition: undefined, isLast: true },
    {
      because: 'a newer revision comes in between',
      before: set('v2', 4),
      after: set('v3'),
      pods: 1,
      partition: 6,
      isLast: false,
    },
    {
      because: 'the manifest holds five back itself',
      before: set('v1', 5),
      after: set('v2', 5),
      pods: 1,
      partition: 6,
      isLast: false,
    },
    {
      because: 'the last but those that the manifest holds back',
      before: set('v2', 6),
      after: set('v2', 5),
      pods: 1,
      partition: 5,
      isLast: true,
    },
  ])('go on from what is live: $because', ({ before, after, pods, partition, isLast }) => {
    const write = nextWrite(compared(before, after, { status: between }), 40);
    const sent = write.manifest.spec as { updateStrategy?: { rollingUpdate: { partition: number } } };
    expect({ pods: write.pods, partition: sent.updateStrategy?.rollingUpdate.partition, isLast: write.isLast }).toEqual(
      {
        pods,
        partition,
        isLast,
      },
    );
  });
});
