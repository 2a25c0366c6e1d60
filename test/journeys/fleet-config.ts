import { createHash } from 'node:crypto';

/** An image that the simulated registry knows nothing bad of, unless a journey publishes what it does. */
export const image = (version: string): string =>
  `registry.example.com/web@sha256:${createHash('sha256').update(version).digest('hex')}`;

const eks = (region: string, cluster: string) => ({ eks: { account: '111111111111', region, cluster } });
const gke = (location: string, cluster: string) => ({ gke: { project: 'acme', location, cluster } });
const aks = (resourceGroup: string, cluster: string) => ({
  aks: { subscription: '00000000-0000-0000-0000-000000000001', resourceGroup, cluster },
});
const stage = (name: string, size = 's') => ({ labels: { stage: name, size } });

/** Nine targets on three clouds in three waves; changes replace members of the config. */
export const fleetConfig = (version: string, changes: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify(
    {
      services: { web: { jsonnet: 'services/web.jsonnet', images: { web: image(version) } } },
      targets: {
        'eks-staging': { ...eks('us-east-1', 'staging'), ...stage('staging') },
        'gke-staging': { ...gke('us-central1', 'staging'), ...stage('staging') },
        'aks-staging': { ...aks('staging', 'staging'), ...stage('staging') },
        'eks-internal': { ...eks('us-east-1', 'internal'), ...stage('internal', 'm') },
        'gke-internal': { ...gke('us-central1', 'internal'), ...stage('internal', 'm') },
        'eks-a': { ...eks('us-east-1', 'a'), ...stage('external', 'm') },
        'eks-b': { ...eks('eu-central-1', 'b'), ...stage('external', 'l') },
        'gke-a': { ...gke('europe-west4', 'a'), ...stage('external', 'm') },
        'aks-a': { ...aks('prod', 'a'), ...stage('external', 'm') },
      },
      waves: [
        { name: 'staging', targets: { stage: 'staging' }, soak: '1m', gates: ['api-up', 'errors'] },
        { name: 'internal', targets: { stage: 'internal' }, soak: '2m', gates: ['api-up', 'errors'] },
        {
          name: 'external',
          targets: { stage: 'external' },
          approval: { roles: ['release-managers'], people: 1, expires: '4h' },
          batches: [1, '100%'],
          soak: '2m',
          gates: ['api-up', 'errors'],
        },
      ],
      gates: {
        'api-up': {
          probe: { http: 'https://{target}.example.com/health', rate: '1/s', timeout: '2s' },
          below: { failures: 0.00001 },
          minSamples: 20,
          consecutive: 3,
        },
        errors: {
          metric: {
            source: 'prod',
            errors: 'sum(increase(http_requests_total{code=~"5..",cluster="{target}"}[1m]))',
            requests: 'sum(increase(http_requests_total{cluster="{target}"}[1m]))',
          },
          failAbove: 0.001,
          minRequests: 100,
          interval: '10s',
          maxAge: '1m',
        },
      },
      metrics: { prod: { prometheus: 'https://metrics.example.com' } },
      roles: { 'release-managers': ['ana'] },
      ...changes,
    },
    null,
    2,
  );

/** Four of the targets, in the same three waves, with soaks and gates that a story in real time can wait for. */
export const smallFleetConfig = (version: string, changes: Readonly<Record<string, unknown>> = {}): string => {
  const { targets, waves, gates } = JSON.parse(fleetConfig(version));
  const kept = ['eks-staging', 'aks-staging', 'gke-internal', 'eks-a'];
  return fleetConfig(version, {
    targets: Object.fromEntries(
      kept.map((name) => [name, { ...targets[name], labels: { ...targets[name].labels, size: 'xs' } }]),
    ),
    waves: waves.map((wave: { readonly name: string }) => ({
      ...wave,
      // Gates cost a story in real time some seconds each: the wave that they stop has them.
      ...(wave.name === 'internal' ? { soak: '4s' } : { soak: '1s', gates: [] }),
    })),
    gates: {
      'api-up': {
        ...gates['api-up'],
        probe: { ...gates['api-up'].probe, rate: '20/s', timeout: '1s' },
        minSamples: 10,
      },
      errors: {
        metric: {
          source: 'prod',
          errors: 'sum(increase(http_requests_total{code=~"5..",cluster="{target}"}[4s]))',
          requests: 'sum(increase(http_requests_total{cluster="{target}"}[4s]))',
        },
        failAbove: 0.001,
        minRequests: 10,
        interval: '1s',
        maxAge: '20s',
      },
    },
    ...changes,
  });
};

/** One Deployment with its Service and configuration: a service as a Kubernetes user would write it. */
export const webService = `local target = std.extVar('target');
local images = std.extVar('images');
local labels = { 'app.kubernetes.io/name': 'web' };
{
  config: {
    apiVersion: 'v1', kind: 'ConfigMap',
    metadata: { name: 'web', labels: labels },
    data: { target: target.name, provider: target.provider },
  },
  service: {
    apiVersion: 'v1', kind: 'Service',
    metadata: { name: 'web', labels: labels },
    spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
  },
  deployment: {
    apiVersion: 'apps/v1', kind: 'Deployment',
    metadata: { name: 'web', labels: labels },
    spec: {
      replicas: std.get({ xs: 1, s: 2 }, target.labels.size, 3),
      selector: { matchLabels: labels },
      strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: { labels: labels },
        spec: {
          containers: [{
            name: 'web',
            image: images.web,
            ports: [{ name: 'http', containerPort: 8080 }],
            readinessProbe: { httpGet: { path: '/health', port: 8080 }, periodSeconds: 1 },
            resources: { requests: { cpu: '100m', memory: '64Mi' } },
          }],
        },
      },
    },
  },
}
`;
