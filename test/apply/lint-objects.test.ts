import { describe, expect, it } from 'vitest';
import { lintObjects } from '../../shared/apply/lint-objects.ts';
import { identityOf } from '../../shared/apply/object-id.ts';
import type { Manifest } from '../../shared/rollout/release.ts';
import { service } from './manifests.ts';

const labels = { app: 'web' };
const probe = { readinessProbe: { httpGet: { path: '/', port: 80 } } };
const web = (spec: object = {}, pod: object = {}, container: object = {}): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 2,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: 'main', ...probe, ...container }], ...pod } },
    ...spec,
  },
});
const budget = (spec: object = { maxUnavailable: 1 }): Manifest => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'web' },
  spec: { selector: { matchLabels: labels }, ...spec },
});
const claim = (accessModes: readonly string[]): Manifest => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data' },
  spec: { accessModes },
});
const mounted = { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] };
const sound = [web(), service('web'), budget()];
const port = { containerPort: 80 };

const found = (...objects: readonly Manifest[]): readonly string[] =>
  lintObjects(objects.map((manifest) => ({ id: identityOf(manifest), manifest }))).map(
    ({ severity, rule }) => `${severity} ${rule}`,
  );

describe('lintObjects', () => {
  it.each<[string, readonly Manifest[], readonly string[]]>([
    ['a service with two replicas, a probe and a budget', sound, []],
    ['what no Service leads to', [web({ replicas: 1 }, {}, { readinessProbe: undefined })], []],
    ['one replica', [web({ replicas: 1 }), service('web'), budget({ maxUnavailable: 1 })], ['warning single-replica']],
    [
      'no readiness probe',
      [web({}, {}, { readinessProbe: undefined }), service('web'), budget()],
      ['warning no-readiness-probe'],
    ],
    ['Recreate', [web({ strategy: { type: 'Recreate' } }), service('web'), budget()], ['warning recreate']],
    ['no budget', [web(), service('web')], ['warning no-budget']],
    ['a budget of nothing', [web(), service('web'), budget({ maxUnavailable: 0 })], ['warning blocking-budget']],
    ['a budget of all', [web(), service('web'), budget({ minAvailable: '100%' })], ['warning blocking-budget']],
    ['a budget of half', [web(), service('web'), budget({ minAvailable: '50%' })], []],
    [
      'a preStop as long as the grace period',
      [web({}, { terminationGracePeriodSeconds: 10 }, { lifecycle: { preStop: { sleep: { seconds: 10 } } } })],
      ['warning short-grace'],
    ],
    [
      'a preStop that sleeps in a shell',
      [web({}, {}, { lifecycle: { preStop: { exec: { command: ['sh', '-c', 'sleep 45'] } } } })],
      ['warning short-grace'],
    ],
    [
      'no room to roll',
      [web({ strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } } })],
      ['error no-room-to-roll'],
    ],
    ['a claim only one pod may hold', [web({}, mounted), claim(['ReadWriteOnce'])], ['warning claim-held-twice']],
    ['a claim all may hold', [web({}, mounted), claim(['ReadWriteMany'])], []],
    [
      'a container port twice',
      [web({}, {}, { ports: [port, { ...port, protocol: 'TCP' }] })],
      ['error duplicate-port'],
    ],
    ['a port for each protocol', [web({}, {}, { ports: [port, { ...port, protocol: 'UDP' }] })], []],
    [
      'a variable twice',
      [web({}, {}, { env: [{ name: 'A' }, { name: 'B' }, { name: 'A' }] })],
      ['error duplicate-variable'],
    ],
    ['a selector that misses', [web({ selector: { matchLabels: { app: 'api' } } })], ['error mismatching-selector']],
  ])('%s', (_, objects, expected) => {
    expect(found(...objects)).toEqual(expected);
  });

  it('an autoscaler decides how many there are', () => {
    const objects = [web({ replicas: undefined }), service('web'), budget()].map((manifest) => ({
      id: identityOf(manifest),
      manifest,
      isAutoscaled: true as const,
    }));
    expect(lintObjects(objects)).toEqual([]);
  });

  it('says what is wrong, how to live with it, and why somebody does', () => {
    const waived = (reason: string): Manifest => ({
      ...web({ strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } }),
      metadata: { name: 'web', annotations: { 'tidegate.dev/waive-no-room-to-roll': reason } },
    });
    const lint = (manifest: Manifest) => lintObjects([{ id: 'apps/Deployment/shop/web', manifest }]);
    const what = 'Deployment shop/web: maxSurge and maxUnavailable are both 0: no pod can ever be replaced';
    const finding = { object: 'apps/Deployment/shop/web', rule: 'no-room-to-roll' };
    expect(lint(waived(' '))).toEqual([
      {
        ...finding,
        severity: 'error',
        because: `${what} (no-room-to-roll); change it, or state why in annotation tidegate.dev/waive-no-room-to-roll`,
      },
    ]);
    expect(lint(waived('replaced by hand'))).toEqual([
      { ...finding, severity: 'waived', because: `${what}; waived: replaced by hand` },
    ]);
  });
});
