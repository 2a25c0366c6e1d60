import { describe, expect, it } from 'vitest';
import {
  applySetId,
  coverageOf,
  parentManifest,
  readParent,
  sameCoverage,
  unionOfCoverage,
} from '../../shared/apply/apply-set.ts';
import { live } from './manifests.ts';

const coverage = {
  kinds: [
    { group: 'apps', kind: 'Deployment' },
    { group: '', kind: 'ConfigMap' },
  ],
  namespaces: ['other'],
};

it('the id is the one kubectl computes for the parent: base64url of SHA-256 over name.namespace.kind.group', () => {
  // printf 'tidegate-web.shop.ConfigMap.' | openssl dgst -sha256 -binary | basenc --base64url | tr -d =
  expect(applySetId('web', 'shop')).toBe('applyset-SXiUkeVlypnlH1p1-56d1Pd52LtAM3hVypR8TIxMHJI-v1');
});

const place = { target: 'staging', namespace: 'shop', services: ['web'] };

describe('a parent', () => {
  const parent = (changes: { annotations?: object; labels?: object } = {}) => {
    const { metadata } = parentManifest('web', 'staging', 'shop', coverage);
    const labels = { ...metadata.labels, ...changes.labels };
    const annotations = { ...metadata.annotations, ...changes.annotations };
    return live('v1', 'ConfigMap', { metadata: { ...metadata, labels, annotations } });
  };

  it('is written as kubectl reads it', () => {
    expect(parentManifest('web', 'staging', 'shop', coverage)).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'tidegate-web',
        namespace: 'shop',
        labels: { 'applyset.kubernetes.io/id': applySetId('web', 'shop') },
        annotations: {
          'applyset.kubernetes.io/tooling': expect.stringMatching(/^kubectl\/v1\.32\.0\+tidegate\.\d+\.\d+\.\d+$/),
          'applyset.kubernetes.io/contains-group-kinds': 'ConfigMap,Deployment.apps',
          'applyset.kubernetes.io/additional-namespaces': 'other',
          'tidegate.dev/target': 'staging',
        },
      },
    });
  });

  it('is read back as it was written', () => {
    const kinds = [...coverage.kinds].reverse();
    const id = applySetId('web', 'shop');
    expect(readParent(parent(), place)).toEqual({ service: 'web', id, kinds, namespaces: ['other'] });
  });

  it.each([
    [
      'another tool',
      parent({ annotations: { 'applyset.kubernetes.io/tooling': 'kpt/1.0.0' } }),
      'belongs to kpt/1.0.0',
    ],
    ['another target', parent({ annotations: { 'tidegate.dev/target': 'prod' } }), 'belongs to target prod'],
    [
      'a forged id',
      parent({ labels: { 'applyset.kubernetes.io/id': 'x' } }),
      'carries id x, which is not the one of its name',
    ],
  ])('of %s is not ours', (_, found, foreign) => {
    expect(readParent(found, place)).toEqual({ foreign });
  });
});

describe('a parent that kubectl made', () => {
  const made = live('v1', 'ConfigMap', {
    metadata: {
      name: 'tidegate-web',
      labels: { 'applyset.kubernetes.io/id': applySetId('web', 'shop') },
      annotations: {
        'applyset.kubernetes.io/tooling': 'kubectl/v1.32.4',
        'applyset.kubernetes.io/contains-group-kinds': 'ConfigMap',
      },
    },
  });
  it('is ours where it stands under the name of a service of ours', () => {
    expect(readParent(made, place)).toEqual({
      service: 'web',
      id: applySetId('web', 'shop'),
      kinds: [{ group: '', kind: 'ConfigMap' }],
      namespaces: [],
    });
  });
  it('is nobody of ours under another name', () => {
    expect(readParent(made, { ...place, services: ['api'] })).toEqual({ foreign: 'names no target' });
  });
});

describe('coverage', () => {
  const objects = [
    { group: 'apps', kind: 'Deployment', namespace: 'shop' },
    { group: '', kind: 'ConfigMap', namespace: 'other' },
    { group: '', kind: 'ConfigMap', namespace: 'shop' },
    { group: 'rbac.authorization.k8s.io', kind: 'ClusterRole', namespace: '' },
  ];
  it("names every kind once, and the namespaces other than the parent's", () => {
    expect(coverageOf(objects, 'shop')).toEqual({
      kinds: [
        { group: 'rbac.authorization.k8s.io', kind: 'ClusterRole' },
        { group: '', kind: 'ConfigMap' },
        { group: 'apps', kind: 'Deployment' },
      ].sort((a, b) => (a.kind < b.kind ? -1 : 1)),
      namespaces: ['other'],
    });
  });
  it('grows by union and is the same in any order', () => {
    const small = coverageOf(objects.slice(0, 1), 'shop');
    expect(sameCoverage(unionOfCoverage(small, coverage), unionOfCoverage(coverage, small))).toBe(true);
    expect(sameCoverage(small, coverage)).toBe(false);
  });
});
