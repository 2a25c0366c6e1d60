import { expect, it } from 'vitest';
import { findCollisions } from '../../shared/render/find-collisions.ts';
import type { RenderedObject } from '../../shared/rollout/release.ts';

const at = (source: string, apiVersion: string, kind: string, name: string, namespace?: string): RenderedObject => ({
  object: { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } },
  source,
});

it('two objects are one when group, kind, namespace and name are equal, the target namespace standing for none', () => {
  const objects = [
    at('a.yaml:1', 'apps/v1', 'Deployment', 'web'),
    at('a.yaml:9', 'v1', 'Service', 'web'),
    at('b.yaml:1', 'apps/v1', 'Deployment', 'web', 'other'),
    at('b.yaml:9', 'apps/v1beta1', 'Deployment', 'web', 'shop'),
    at('c.jsonnet (x)', 'apps/v1', 'Deployment', 'web'),
  ];
  expect(findCollisions(objects, 'shop')).toEqual([
    {
      code: 'IDENTITY_COLLISION',
      source: 'b.yaml:9',
      what: 'Deployment web in namespace shop is also written at a.yaml:1; keep one of them',
    },
    {
      code: 'IDENTITY_COLLISION',
      source: 'c.jsonnet (x)',
      what: 'Deployment web in namespace shop is also written at a.yaml:1; keep one of them',
    },
  ]);
});

it('names that would run together when joined are kept apart', () => {
  expect(findCollisions([at('a', 'v1', 'A', 'b/c', 'd'), at('b', 'v1', 'A', 'c', 'd/b')], 'x')).toEqual([]);
});
