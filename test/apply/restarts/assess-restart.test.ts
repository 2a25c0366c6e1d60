import { describe, expect, test } from 'vitest';
import { assessRestart } from '../../../shared/apply/restarts/assess-restart.ts';
import { configMap } from '../manifests.ts';
import { compared } from './comparing.ts';
import { daemonSet, deployment, statefulSet } from './workloads.ts';

const image = '/spec/template/spec/containers[name=main]/image';
const partition = (at: number) => ({ updateStrategy: { rollingUpdate: { partition: at } } });
const restart = (pods: number, paths: readonly string[] = [image], change = 'template') => ({
  is: 'restart',
  pods,
  change,
  paths,
});

describe('a workload', () => {
  test.for([
    {
      because: 'its pods get another image',
      object: compared(deployment('web', { replicas: 3 }), deployment('web', { version: 'v2', replicas: 3 })),
      effect: restart(3),
    },
    {
      because: 'a label of its pods changes',
      object: compared(deployment('web'), deployment('web', { labels: { tier: 'front' } })),
      effect: restart(2, ['/spec/template/metadata/labels/tier']),
    },
    {
      because: 'it is scaled, and its pods stay',
      object: compared(deployment('web', { replicas: 2 }), deployment('web', { replicas: 9 })),
      effect: { is: 'none' },
    },
    {
      because: 'only its own annotations change',
      object: compared(deployment('web'), deployment('web', { annotations: { team: 'a' } })),
      effect: { is: 'none' },
    },
    {
      because: 'it is new: it starts',
      object: compared(undefined, deployment('web')),
      effect: { is: 'none' },
    },
    {
      because: 'it has no pod now',
      object: compared(deployment('web', { replicas: 0 }), deployment('web', { version: 'v2', replicas: 3 })),
      effect: { is: 'none' },
    },
    {
      because: 'it is recreated',
      object: compared(deployment('web'), deployment('web', { spec: { selector: { matchLabels: { a: 'b' } } } }), {
        action: 'recreate',
      }),
      effect: restart(2, ['/spec/selector/matchLabels/a', '/spec/selector/matchLabels/app'], 'recreation'),
    },
    {
      because: 'it is a DaemonSet: one pod for each node that takes one',
      object: compared(daemonSet('agent'), daemonSet('agent', { version: 'v2' }), {
        status: { desiredNumberScheduled: 80 },
      }),
      effect: restart(80),
    },
    {
      because: 'a StatefulSet keeps those below the partition that its manifest states',
      object: compared(
        statefulSet('db', { replicas: 5 }),
        statefulSet('db', { version: 'v2', replicas: 5, spec: partition(3) }),
      ),
      effect: restart(2),
    },
    {
      because: 'a partition above all pods lets none go',
      object: compared(
        statefulSet('db', { replicas: 5 }),
        statefulSet('db', { version: 'v2', replicas: 5, spec: partition(9) }),
      ),
      effect: { is: 'none' },
    },
    {
      because: 'OnDelete leaves pods alone until somebody deletes them',
      object: compared(
        statefulSet('db', { spec: { updateStrategy: { type: 'OnDelete' } } }),
        statefulSet('db', { version: 'v2', spec: { updateStrategy: { type: 'OnDelete' } } }),
      ),
      effect: { is: 'held', how: 'on-delete', paths: [image] },
    },
    {
      because: 'it is paused',
      object: compared(deployment('web'), deployment('web', { version: 'v2', spec: { paused: true } })),
      effect: { is: 'held', how: 'paused', paths: [image] },
    },
    {
      because: 'it is no longer paused, and had got another image meanwhile',
      object: compared(deployment('web', { spec: { paused: true } }), deployment('web'), {
        status: { updatedReplicas: 0 },
      }),
      effect: restart(2, ['/spec/paused'], 'release'),
    },
    {
      because: 'its partition moves down while it is between two revisions',
      object: compared(statefulSet('db', { replicas: 5, spec: partition(4) }), statefulSet('db', { replicas: 5 }), {
        status: { currentRevision: 'a', updateRevision: 'b', updatedReplicas: 1 },
      }),
      effect: restart(4, ['/spec/updateStrategy'], 'release'),
    },
    {
      because: 'its partition moves down and all pods are of one revision',
      object: compared(statefulSet('db', { replicas: 5, spec: partition(4) }), statefulSet('db', { replicas: 5 }), {
        status: { currentRevision: 'a', updateRevision: 'a', updatedReplicas: 5 },
      }),
      effect: { is: 'none' },
    },
    {
      because: 'it is no workload',
      object: compared(configMap('settings', { a: '1' }), configMap('settings', { a: '2' })),
      effect: { is: 'none' },
    },
  ])('restarts as many pods as it must: $because', ({ object, effect }) => {
    expect(assessRestart(object)).toEqual(effect);
  });
});
