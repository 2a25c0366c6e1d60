import { assessQuery } from '../../shared/analysis/assess-query.ts';
import { parseConfig } from '../../shared/fleet/parse-config.ts';
import { printProblem } from '../../shared/fleet/problem.ts';
import { evaluateInThread } from '../../shared/render/jsonnet-in-thread.ts';

const evaluate = evaluateInThread();

export const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

/** The files the configs of these tests name. */
export const SERVICE_FILES = { 'services/storage.jsonnet': '{}', 'services/gateway/deployment.yaml': '' };

export const filesOf = (texts: Readonly<Record<string, string | Uint8Array>>): ReadonlyMap<string, Uint8Array> =>
  new Map(
    Object.entries(texts).map(([path, text]) => [
      path,
      typeof text === 'string' ? new TextEncoder().encode(text) : text,
    ]),
  );

export const parse = (path: string, text: string | Uint8Array, more: Readonly<Record<string, string>> = {}) =>
  parseConfig(filesOf({ ...SERVICE_FILES, ...more, [path]: text }), path, evaluate, assessQuery);

/** The problems of a config as they are printed. */
export const problemsOf = async (path: string, text: string | Uint8Array): Promise<readonly string[]> => {
  const parsed = await parse(path, text);
  return parsed.ok ? [] : parsed.problems.map(printProblem);
};

/** A small sound config: two services, three targets on three clouds, two waves, both kinds of gate. */
export const soundConfig = {
  services: {
    storage: { jsonnet: 'services/storage.jsonnet', images: { storage: `registry.example.com/storage@${DIGEST}` } },
    gateway: { manifests: 'services/gateway/', dependsOn: ['storage'], targets: { stage: 'external' } },
  },
  targets: {
    'aws-staging': {
      eks: { account: '111111111111', region: 'us-east-1', cluster: 'staging' },
      labels: { stage: 'staging', size: 's' },
    },
    'gcp-prod01': {
      gke: { project: 'acme', location: 'us-central1', cluster: 'prod01' },
      labels: { stage: 'external', size: 'l' },
      allow: ['10.0.0.0/8'],
    },
    'azure-prod01': {
      aks: { subscription: 'sub', resourceGroup: 'prod', cluster: 'prod01' },
      labels: { stage: 'external', size: 'm', region: 'westeurope' },
    },
  },
  waves: [
    { name: 'staging', targets: { stage: 'staging' }, soak: '2m', gates: ['api-up', 'errors'] },
    {
      name: 'external',
      targets: { stage: 'external' },
      approval: { roles: ['release-managers'], people: 2 },
      batches: [1, '50%', '100%'],
      soak: '1h',
      gates: ['api-up'],
    },
  ],
  gates: {
    'api-up': { probe: { http: 'https://{target}.example.com/health', rate: '5/s' }, below: { failures: 0.00001 } },
    errors: {
      metric: {
        source: 'prod',
        errors: 'sum(increase(http_requests_total{code=~"5..",cluster="{target}"}[2m]))',
        requests: 'sum(increase(http_requests_total{cluster="{target}"}[2m]))',
      },
      failAbove: 0.001,
      minRequests: 1000,
    },
  },
  metrics: { prod: { prometheus: 'https://prometheus.example.com', tokenSecret: 'prometheus-token' } },
  roles: { 'release-managers': ['ada', 'grace'] },
};

/** A copy of the sound config in which the value at a path is another one; `undefined` removes it. */
export const withValue = (path: readonly (string | number)[], value: unknown): unknown => {
  const copy: unknown = structuredClone(soundConfig);
  const parent = path.slice(0, -1).reduce<unknown>((found, step) => Reflect.get(Object(found), step), copy);
  const last = path.at(-1) ?? '';
  if (value === undefined) Reflect.deleteProperty(Object(parent), last);
  else Reflect.set(Object(parent), last, value);
  return copy;
};
