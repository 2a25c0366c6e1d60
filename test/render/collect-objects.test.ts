import { describe, expect, it } from 'vitest';
import { collectObjects } from '../../shared/render/collect-objects.ts';

const config = (name: string, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  ...more,
});

const names = (value: unknown): readonly string[] =>
  collectObjects(value, 'a.jsonnet').objects.map(
    ({ object, source }) => `${object.kind} ${object.metadata.name} at ${source}`,
  );

const told = (value: unknown): readonly string[] =>
  collectObjects(value, 'a.jsonnet').problems.map(({ code, source, what }) => `${code} ${source}: ${what}`);

describe('objects are taken', () => {
  it.each<[string, unknown, readonly string[]]>([
    ['from nothing', null, []],
    ['from an empty object', {}, []],
    ['alone', config('a'), ['ConfigMap a at a.jsonnet']],
    [
      'from fields, in their order',
      { z: config('a'), b: config('b') },
      ['ConfigMap a at a.jsonnet (z)', 'ConfigMap b at a.jsonnet (b)'],
    ],
    [
      'from arrays in fields in arrays',
      [{ x: [config('a'), null, [config('b')]] }],
      ['ConfigMap a at a.jsonnet ([0].x[0])', 'ConfigMap b at a.jsonnet ([0].x[2][0])'],
    ],
    [
      'from a List of anything',
      { all: { apiVersion: 'v1', kind: 'List', metadata: {}, items: [config('a'), [config('b')]] } },
      ['ConfigMap a at a.jsonnet (all.items[0])', 'ConfigMap b at a.jsonnet (all.items[1][0])'],
    ],
    [
      'from a List in a List',
      { apiVersion: 'v1', kind: 'List', items: [{ apiVersion: 'v1', kind: 'List', items: [config('a')] }] },
      ['ConfigMap a at a.jsonnet (items[0].items[0])'],
    ],
    [
      'from a typed List whose items state no kind',
      { apiVersion: 'apps/v1', kind: 'DeploymentList', items: [{ metadata: { name: 'a' } }] },
      ['Deployment a at a.jsonnet (items[0])'],
    ],
    ['from an empty List', { apiVersion: 'v1', kind: 'ConfigMapList', items: [] }, []],
    ['from a List whose items are null', { apiVersion: 'v1', kind: 'ConfigMapList', items: null }, []],
    ['from a List without items', { apiVersion: 'v1', kind: 'List' }, []],
    [
      'though their kind ends in List',
      { apiVersion: 'example.com/v1', kind: 'AllowList', metadata: { name: 'a' }, items: ['x'] },
      ['AllowList a at a.jsonnet'],
    ],
    ['from a field that is called kind', { kind: config('a') }, ['ConfigMap a at a.jsonnet (kind)']],
  ])('%s', (_, value, expected) => {
    expect({ names: names(value), told: told(value) }).toEqual({ names: expected, told: [] });
  });

  it('as they were written, but for metadata that says nothing', () => {
    const value = {
      ...config('a'),
      metadata: { namespace: '', labels: null, name: 'a', annotations: { b: 'c' }, creationTimestamp: null },
      data: { d: null },
    };
    expect(collectObjects(value, 'a.yaml:1 (document 1)')).toEqual({
      objects: [
        {
          object: {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { name: 'a', annotations: { b: 'c' } },
            data: { d: null },
          },
          source: 'a.yaml:1 (document 1)',
        },
      ],
      problems: [],
    });
  });
});

describe('refused, with its path, is', () => {
  it.each<[string, unknown, string]>([
    [
      'a number',
      { deployment: { spec: { replicas: 3 } } },
      'deployment.spec.replicas: expected a Kubernetes object, or objects nested in fields and arrays; found the number 3',
    ],
    [
      'text alone',
      'apiVersion: v1',
      'expected a Kubernetes object, or objects nested in fields and arrays; found the string "apiVersion: v1"',
    ],
    [
      'a boolean in a list',
      [true],
      '[0]: expected a Kubernetes object, or objects nested in fields and arrays; found the boolean true',
    ],
    [
      'an object without a version',
      { a: { kind: 'Pod', metadata: { name: 'a' } } },
      'a: expected a Kubernetes object, but apiVersion is missing',
    ],
    [
      'an object without a kind',
      { a: { apiVersion: 'v1', metadata: { name: 'a' } } },
      'a: expected a Kubernetes object, but kind is missing',
    ],
    ['an empty kind', { apiVersion: 'v1', kind: '' }, 'expected a Kubernetes object, but kind is missing'],
    [
      'an object without metadata',
      { apiVersion: 'v1', kind: 'Pod' },
      'expected a Kubernetes object, but the metadata of this Pod is missing',
    ],
    [
      'a file of kustomize',
      { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources: ['a.yaml'] },
      'expected a Kubernetes object, and this Kustomization says how kustomize makes some; apply what "kustomize build" prints, or leave it out',
    ],
    [
      'an object without a name',
      { apiVersion: 'v1', kind: 'Pod', metadata: {} },
      'expected a Kubernetes object, but metadata.name of this Pod is missing',
    ],
    [
      'a name that is a number',
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 1 } },
      'expected a Kubernetes object, but metadata.name of this Pod is not text',
    ],
    [
      'generateName',
      { apiVersion: 'batch/v1', kind: 'Job', metadata: { generateName: 'job-' } },
      'Job has generateName: every rollout would make another object; give it metadata.name',
    ],
    [
      'an item of a List that is no object',
      { apiVersion: 'v1', kind: 'List', items: [1] },
      'items[0]: expected a Kubernetes object, or objects nested in fields and arrays; found the number 1',
    ],
  ])('%s', (_, value, what) => {
    expect(told(value)).toEqual([`OBJECT_INVALID a.jsonnet: ${what}`]);
  });

  it.each(['kustomization.yaml:1 (document 1)', 'services/web/kustomization.yml:1 (document 1)'])(
    'a file of kustomize that leaves out its kind, %s',
    (source) => {
      expect(collectObjects({ resources: ['a.yaml'] }, source).problems.map(({ what }) => what)).toEqual([
        'expected a Kubernetes object, and this file says how kustomize makes some; apply what "kustomize build" prints, or leave it out',
      ]);
    },
  );

  it('everything at once', () => {
    expect(told({ a: 1, b: config('b'), c: { kind: 'Pod' } })).toHaveLength(2);
  });
});
