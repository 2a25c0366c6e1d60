import { expect, test } from 'vitest';
import { groupRestarts, sayStep } from '../../../console/views/restart-groups.ts';
import { noRestarts, type RestartPlan, type RestartStep } from '../../../shared/rollout/restarts.ts';

const step = (pods: number, given: Partial<RestartStep> = {}): RestartStep => ({
  workload: 'apps/StatefulSet/shop/db',
  service: 'storage',
  pods,
  after: ['apps/Deployment/shop/index'],
  apart: [],
  causes: [{ change: 'config', object: '/Secret/shop/key', keys: [] }],
  ...given,
});
const planOf = (target: string, restarts: Partial<RestartPlan>) => ({
  target,
  restarts: { ...noRestarts, ...restarts },
});

test('restarts that differ only in how many pods there are make one group, from the fewest to the most', () => {
  const groups = groupRestarts([
    planOf('small', { steps: [step(3, { parts: [1, 2] })] }),
    planOf('large', { steps: [step(7, { parts: [1, 2, 4] })] }),
    planOf('other', { steps: [step(3, { parts: [1, 2], after: [] })] }),
    planOf('none', {}),
    planOf('nothing', {}),
    planOf('empty', {}),
  ]);
  expect(groups).toEqual([
    { targets: ['none', 'nothing', 'empty'], order: 'providers-first', steps: [], starts: [], later: [] },
    {
      targets: ['small', 'large'],
      order: 'providers-first',
      steps: [
        {
          spoken: 'StatefulSet shop/db',
          service: 'storage',
          pods: { least: 3, most: 7 },
          after: ['Deployment shop/index'],
          apart: [],
          pace: 'part by part',
          causes: ['Secret shop/key, which its pods read, changes'],
        },
      ],
      starts: [],
      later: [],
    },
    {
      targets: ['other'],
      order: 'providers-first',
      steps: [expect.objectContaining({ after: [], pace: '1, then 2 at a time, highest ordinals first' })],
      starts: [],
      later: [],
    },
  ]);
});

test('what takes effect later is told in sentences, new ones first', () => {
  const files = {
    workload: 'apps/Deployment/shop/web',
    how: 'files',
    object: '/ConfigMap/shop/flags',
    keys: ['a', 'b', 'c', 'd'],
    was: 'sha256:1',
    becomes: 'sha256:2',
  } as const;
  const held = {
    workload: 'apps/DaemonSet/shop/agent',
    how: 'on-delete',
    paths: ['/spec/template/spec/nodeName'],
  } as const;
  const waiting = [{ effect: { ...files, how: 'start', keys: ['e'] } as const, rollout: 'r-1', commit: 'c', at: 1 }];
  expect(groupRestarts([planOf('one', { later: [files, held], waiting })])[0]?.later).toEqual([
    'ConfigMap shop/flags (a, b, c and 1 more) changes as files of Deployment shop/web in place; where it reads them only at its start, at its next restart',
    'spec/nodeName takes effect when the pods of DaemonSet shop/agent are deleted by hand, as OnDelete says',
    'ConfigMap shop/flags (e) takes effect at the next restart of Deployment shop/web; it waits since rollout r-1',
  ]);
});

test.for([
  { because: 'alone', view: {}, said: '1 pod' },
  {
    because: 'beside others',
    view: { pods: { least: 2, most: 9 }, zone: 'a', after: ['Deployment shop/x'], apart: ['Deployment shop/b'] },
    said: '2 to 9 pods; zone a; after Deployment shop/x; never beside Deployment shop/b',
  },
  {
    because: 'at a pace',
    view: { pods: { least: 90, most: 90 }, pace: 'while it restarts: maxSurge 40, minReadySeconds 60' },
    said: '90 pods; while it restarts: maxSurge 40, minReadySeconds 60',
  },
])('a step on a line, $because', ({ view, said }) => {
  const plain = { spoken: '', service: '', pods: { least: 1, most: 1 }, after: [], apart: [], causes: [] };
  expect(sayStep({ ...plain, ...view })).toBe(said);
});
