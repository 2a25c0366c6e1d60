import { expect, test } from 'vitest';
import { groupDiffs, type PlannedOnTarget } from '../../../console/views/diff-groups.ts';
import type { PlannedObject } from '../../../shared/rollout/plan.ts';
import { noRestarts } from '../../../shared/rollout/restarts.ts';
import { exampleRelease } from '../example-release.ts';

const { targets } = exampleRelease('1');
const names = ['aws-us-east-1-staging', 'gcp-us-central1-staging', 'azure-eastus-staging'];

const planned = (objects: (name: string) => readonly PlannedObject[]): readonly PlannedOnTarget[] =>
  names.flatMap((name) => {
    const target = targets[name];
    const plan = { release: 'sha256:1', rendered: 'sha256:2', restarts: noRestarts } as const;
    return target === undefined ? [] : [{ target, plan: { ...plan, target: name, objects: objects(name) } }];
  });

const deployment = (fields: PlannedObject['fields']): PlannedObject => ({
  id: 'apps/Deployment/default/web',
  service: 'web',
  action: 'change',
  fields,
});
const summary = (groups: ReturnType<typeof groupDiffs>) =>
  groups.map(({ spoken, targets: on, fields, odd, danger }) => ({
    spoken,
    on: on.length,
    fields: fields.map(({ path, with: after }) => `${path} ${after}`),
    ...(odd ? { odd } : {}),
    ...(danger === undefined ? {} : { danger }),
  }));

test('what differs by nothing but the facts of a target is alike, and is shown with placeholders', () => {
  const region = (name: string) => name.replace(/^[a-z]+-/, '').replace('-staging', '');
  const groups = groupDiffs(planned((name) => [deployment([{ path: '/r', with: `at ${region(name)} on ${name}` }])]));
  expect(summary(groups)).toEqual([
    { spoken: 'Deployment default/web', on: 3, fields: ['/r at {region} on {target}'] },
  ]);
});

test('what is the same everywhere is alike, though it holds a word that is a fact of one target', () => {
  const groups = groupDiffs(planned(() => [deployment([{ path: '/image', with: 'registry/demo/web' }])]));
  expect(summary(groups)).toEqual([{ spoken: 'Deployment default/web', on: 3, fields: ['/image registry/demo/web'] }]);
});

test('a target that differs from the others is told apart, and comes first', () => {
  const groups = groupDiffs(
    planned((name) => [deployment([{ path: '/replicas', with: name.startsWith('azure') ? '4' : '6' }])]),
  );
  expect(summary(groups)).toEqual([
    { spoken: 'Deployment default/web', on: 1, fields: ['/replicas 4'], odd: true },
    { spoken: 'Deployment default/web', on: 2, fields: ['/replicas 6'] },
  ]);
});

test('hidden and cut-off values are told apart by their hashes', () => {
  const hash = (name: string): `sha256:${string}` => (name.startsWith('azure') ? 'sha256:1' : 'sha256:2');
  const groups = groupDiffs(
    planned((name) => [
      { ...deployment([{ path: '/data/key', withHash: hash(name) }]), id: '/Secret/default/key' },
      { ...deployment([{ path: '/data/long', with: 'xxx…', withHash: hash(name) }]), id: '/ConfigMap/default/long' },
    ]),
  );
  expect(groups.map(({ object, targets: on }) => [object, on.length])).toEqual([
    ['/ConfigMap/default/long', 1],
    ['/Secret/default/key', 1],
    ['/ConfigMap/default/long', 2],
    ['/Secret/default/key', 2],
  ]);
});

test('what is dangerous comes before all else; what is unchanged does not come at all', () => {
  const object = (id: PlannedObject['id'], action: PlannedObject['action']): PlannedObject => ({
    id,
    service: 'web',
    action,
    fields: [],
  });
  const groups = groupDiffs(
    planned(() => [
      deployment([{ path: '/a', with: '1' }]),
      object('/Service/default/web', 'unchanged'),
      object('batch/Job/default/old', 'prune'),
      object('apps/StatefulSet/default/db', 'recreate'),
      object('rbac.authorization.k8s.io/ClusterRole//all', 'change'),
      object('apiextensions.k8s.io/CustomResourceDefinition//things', 'change'),
    ]),
  );
  expect(groups.map(({ danger }) => danger).toSorted()).toEqual([
    'changes a type',
    'deletes',
    'grants rights',
    'recreates',
    undefined,
  ]);
  expect(groups.at(-1)?.spoken).toBe('Deployment default/web');
});

test('created objects are compared as they were rendered', () => {
  const created = planned(() => [{ ...deployment([{ path: '', withHash: 'sha256:3' }]), action: 'create' }]).map(
    (each) => ({
      ...each,
      rendered: {
        target: each.target.name,
        services: [
          {
            service: 'web',
            objects: [
              {
                source: 'web.yaml',
                object: {
                  apiVersion: 'apps/v1',
                  kind: 'Deployment',
                  metadata: { name: 'web', labels: { on: each.target.name } },
                },
              },
            ],
          },
        ],
      },
    }),
  );
  expect(groupDiffs(created).map(({ targets: on, action }) => [action, on.length])).toEqual([['create', 3]]);
});
