import { expect, it } from 'vitest';
import { unpinnedImages } from '../../shared/apply/images.ts';
import type { Manifest } from '../../shared/rollout/release.ts';
import { configMap, deployment } from './manifests.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const cronJob = (image: string): Manifest => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'nightly', namespace: 'shop' },
  spec: {
    jobTemplate: { spec: { template: { spec: { containers: [], initContainers: [{ name: 'init', image }] } } } },
  },
});

it.each([
  ['registry.example.com/web:v1', false],
  ['web', false],
  ['web@sha256:abc', false],
  [`web:v1@${digest}`, true],
  [`registry.example.com:5000/team/web@${digest}`, true],
])('%s is pinned: %s', (image, isPinned) => {
  const found = unpinnedImages([deployment('web', { image })]);
  expect(found).toEqual(isPinned ? [] : [{ object: 'apps/Deployment//web', container: 'main', image }]);
});

it('finds containers of any list in any kind of template', () => {
  expect(unpinnedImages([configMap('a'), cronJob('busybox')])).toEqual([
    { object: 'batch/CronJob/shop/nightly', container: 'init', image: 'busybox' },
  ]);
});
