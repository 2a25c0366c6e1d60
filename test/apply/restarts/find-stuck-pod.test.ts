import { expect, test } from 'vitest';
import type { LiveObject } from '../../../shared/apply/live-object.ts';
import { findStuckPod } from '../../../shared/apply/restarts/find-stuck-pod.ts';
import { live } from '../manifests.ts';

interface Pod {
  readonly revision: string;
  readonly ready?: boolean;
  readonly crashes?: boolean;
  readonly isGoing?: boolean;
  readonly owner?: string;
}

const set = (
  given: { readonly partition?: number; readonly policy?: string; readonly observed?: number } = {},
): LiveObject =>
  live('apps/v1', 'StatefulSet', {
    metadata: { name: 'db', uid: 'set-1', generation: 3 },
    spec: {
      replicas: 3,
      ...(given.policy === undefined ? {} : { podManagementPolicy: given.policy }),
      updateStrategy: { rollingUpdate: { partition: given.partition ?? 0 } },
    },
    status: { observedGeneration: given.observed ?? 3, updateRevision: 'new', currentRevision: 'old' },
  });

const pods = (...all: readonly Pod[]): readonly LiveObject[] =>
  all.map(({ revision, ready = true, crashes = false, isGoing = false, owner = 'set-1' }, ordinal) =>
    live('v1', 'Pod', {
      metadata: {
        name: `db-${ordinal}`,
        labels: { 'controller-revision-hash': revision },
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: owner, controller: true }],
        ...(isGoing ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
      },
      status: {
        conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
        containerStatuses: [
          {
            name: 'main',
            restartCount: crashes ? 2 : 0,
            state: crashes ? { waiting: { reason: 'CrashLoopBackOff' } } : { running: {} },
          },
        ],
      },
    }),
  );

const old = { revision: 'old' };
const fresh = { revision: 'new' };
const broken = { revision: 'bad', ready: false };

test.for([
  { because: 'all are ready', all: [old, old, fresh], stuck: undefined },
  { because: 'it is of a revision that went', all: [old, old, broken], stuck: 'db-2' },
  { because: 'the highest of several', all: [old, broken, broken], stuck: 'db-2' },
  {
    because: 'it is of the old revision and at the partition',
    all: [old, old, { ...old, ready: false }],
    stuck: 'db-2',
  },
  {
    because: 'below the partition another in its place would be the same',
    of: set({ partition: 2 }),
    all: [old, { ...old, ready: false }, fresh],
    stuck: undefined,
  },
  {
    because: 'below the partition it is of a revision that went',
    of: set({ partition: 2 }),
    all: [old, broken, fresh],
    stuck: 'db-1',
  },
  {
    because: 'a pod of the new revision is still coming',
    all: [old, broken, { ...fresh, ready: false }],
    stuck: undefined,
  },
  { because: 'it goes already', all: [old, old, { ...broken, isGoing: true }], stuck: undefined },
  { because: 'it is another’s', all: [old, old, { ...broken, owner: 'set-2' }], stuck: undefined },
  {
    because: 'its controller has not seen the write',
    of: set({ observed: 2 }),
    all: [old, old, broken],
    stuck: undefined,
  },
  {
    because: 'pods are managed in parallel',
    of: set({ policy: 'Parallel' }),
    all: [old, old, broken],
    stuck: undefined,
  },
  { because: 'on the way forward it may still come', all: [old, old, broken], isBack: false, stuck: undefined },
  {
    because: 'on the way forward it is doomed',
    all: [old, old, { ...broken, crashes: true }],
    isBack: false,
    stuck: 'db-2',
  },
])('the pod that a StatefulSet waits for in vain: $stuck, $because', ({ of = set(), all, isBack = true, stuck }) => {
  const now = Date.parse('2026-01-01T01:00:00Z');
  expect(findStuckPod(of, pods(...all), { now, isBack })?.metadata.name).toBe(stuck);
});
