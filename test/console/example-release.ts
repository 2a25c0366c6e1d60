import { digestOf } from '../../shared/rollout/digest.ts';
import type { Release, ReleaseTarget } from '../../shared/rollout/release.ts';
import type { Locator } from '../../shared/rollout/target.ts';
import type { Wave } from '../../shared/rollout/wave.ts';

const locatorOf = (name: string): Locator => {
  const [cloud, ...rest] = name.split('-');
  const cluster = rest.at(-1) ?? '';
  const region = rest.slice(0, -1).join('-');
  if (cloud === 'aws') return { eks: { account: '111111111111', region, cluster } };
  if (cloud === 'gcp') return { gke: { project: 'demo', location: region, cluster } };
  return { aks: { subscription: 'subscription', resourceGroup: `demo-${region}`, cluster } };
};

const names = {
  staging: ['aws-us-east-1-staging', 'azure-eastus-staging', 'gcp-us-central1-staging'],
  internal: ['aws-us-east-1-internal', 'azure-westeurope-internal', 'gcp-europe-west4-internal'],
  external: [
    'aws-eu-central-1-prod01',
    'aws-us-east-1-prod01',
    'azure-eastus-prod01',
    'azure-westeurope-prod01',
    'gcp-europe-west4-prod01',
    'gcp-us-central1-prod01',
  ],
} as const;

const wave = (name: string, targets: readonly string[], more: Partial<Wave>): Wave => ({
  name,
  targets,
  batches: ['100%'],
  maxConcurrent: 10,
  maxFailures: 0,
  soakMs: 240_000,
  gates: ['api-up', 'errors', 'latency'],
  whenTaken: 'queue',
  settleWithinMs: 600_000,
  inconclusiveWithinMs: 600_000,
  ...more,
});

/** Twelve targets over three clouds in three waves; `version` makes the digests of two releases differ. */
export const exampleRelease = (version: string, lastWave = 'external'): Release => ({
  targets: Object.fromEntries(
    Object.entries(names).flatMap(([stage, targets]) =>
      targets.map((name): [string, ReleaseTarget] => {
        const region = name.replace(/^(aws|gcp|azure)-/, '').replace(/-[a-z0-9]+$/, '');
        const rendered = digestOf(`${name} ${version}`);
        return [
          name,
          { name, locator: locatorOf(name), labels: { stage, region }, namespace: 'default', allow: [], rendered },
        ];
      }),
    ),
  ),
  waves: [
    wave('staging', names.staging, { gates: ['api-up', 'errors'] }),
    wave('internal', names.internal, {}),
    wave(lastWave, names.external, {
      batches: [1, 2, '100%'],
      soakMs: 3_600_000,
      approval: { roles: ['release-managers'], people: 1, expiresMs: 3_600_000 },
    }),
  ],
  gates: {
    'api-up': {
      kind: 'probe',
      check: { http: 'https://{target}.example.com/health', status: [200] },
      rate: 5,
      timeoutMs: 2000,
      failuresBelow: 0.00001,
      minSamples: 10,
      consecutive: 3,
    },
    errors: {
      kind: 'metric',
      source: 'demo',
      query: { errors: 'e', requests: 'r' },
      failAbove: 0.001,
      minRequests: 100,
      intervalMs: 1000,
      maxAgeMs: 15_000,
    },
    latency: {
      kind: 'metric',
      source: 'demo',
      query: { value: 'v' },
      failAbove: 0.5,
      minRequests: 0,
      intervalMs: 1000,
      maxAgeMs: 15_000,
    },
  },
  metrics: { demo: { prometheus: 'https://metrics.example.com', allow: [] } },
  services: {
    storefront: {
      onFailure: 'rollback',
      dependsOn: [],
      images: { storefront: `registry.example.com/demo/storefront@${digestOf(version)}` },
    },
  },
  settled: [],
  deletes: { max: 5, protect: [] },
  roles: { 'release-managers': ['ana'] },
});
