/** A cluster that is known already: the current context of a kubeconfig. */
export interface KnownCluster {
  readonly path: string;
  readonly context: string;
}

/** The files of a first config repository, by path. With no cluster known, the target is an example to be replaced. Pure. */
export const scaffold = (cluster: KnownCluster | undefined): ReadonlyMap<string, string> =>
  new Map([
    ['tidegate.jsonnet', config(cluster)],
    ['services/hello.jsonnet', service],
    ['.gitignore', '.tidegate/\n'],
  ]);

const config = (
  cluster: KnownCluster | undefined,
): string => `// The fleet: what is rolled out, where, in which order, and what must be true.
{
  services: {
    hello: {
      jsonnet: 'services/hello.jsonnet',
      // By digest, never by tag. Artifact events change this line by a pull request.
      images: {
        hello: 'registry.k8s.io/e2e-test-images/agnhost@sha256:7e8bdd271312fd25fc5ff5a8f04727be84044eb3d7d8d03611972a6752e2e11e',
      },
    },
  },

  targets: {
${cluster === undefined ? exampleTargets : knownTargets(cluster)}
  },

  // One after the other: a wave begins when the one before it has passed its gates and its soak.
  waves: [
    { name: 'staging', targets: { stage: 'staging' }, soak: '1m' },
    // {
    //   name: 'production',
    //   targets: { stage: 'production' },
    //   approval: { roles: ['release-managers'] },
    //   batches: [1, '100%'],
    //   soak: '30m',
    //   gates: ['up'],
    // },
  ],

  // gates: {
  //   up: { probe: { http: 'https://{target}.example.com/health', rate: '1/s' }, below: { failures: 0.001 } },
  // },

  // roles: { 'release-managers': ['your-login'] },

  // A release deletes five objects on a target by itself, and nothing that serves; more only if somebody may approve it by name.
  // deletes: { max: 5, approval: { roles: ['release-managers'] } },
}
`;

const knownTargets = ({
  path,
  context,
}: KnownCluster): string => `    // The current context of the kubeconfig when this was written.
    'my-cluster': {
      kubeconfig: { path: ${JSON.stringify(path)}, context: ${JSON.stringify(context)} },
      labels: { stage: 'staging' },
    },`;

const exampleTargets = `    // Examples: put your own clusters in their place.
    'aws-us-east-1-staging': {
      eks: { account: '111111111111', region: 'us-east-1', cluster: 'staging' },
      labels: { stage: 'staging' },
    },
    // 'gcp-us-central1-prod01': {
    //   gke: { project: 'my-project', location: 'us-central1', cluster: 'prod01' },
    //   labels: { stage: 'production' },
    // },
    // 'local': { kubeconfig: { path: '/home/me/.kube/config' }, labels: { stage: 'staging' } },`;

const service = `// One service. \`target\` and \`images\` are what Tidegate hands in.
local target = std.extVar('target');
local images = std.extVar('images');
local labels = { 'app.kubernetes.io/name': 'hello' };

{
  replicas:: 2,

  deployment: {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'hello', labels: labels },
    spec: {
      replicas: $.replicas,
      progressDeadlineSeconds: 300,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels: labels },
        spec: {
          topologySpreadConstraints: [{
            maxSkew: 1,
            topologyKey: 'kubernetes.io/hostname',
            whenUnsatisfiable: 'ScheduleAnyway',
            labelSelector: { matchLabels: labels },
          }],
          containers: [{
            name: 'hello',
            image: images.hello,
            args: ['netexec', '--http-port=8080'],
            env: [{ name: 'TARGET', value: target.name }],
            ports: [{ name: 'http', containerPort: 8080 }],
            readinessProbe: { httpGet: { path: '/healthz', port: 'http' } },
            // Requests still arrive while the endpoints are being taken out.
            lifecycle: { preStop: { sleep: { seconds: 5 } } },
            resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '64Mi' } },
          }],
        },
      },
    },
  },

  service: {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'hello', labels: labels },
    spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
  },

  budget: {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'hello', labels: labels },
    spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow', selector: { matchLabels: labels } },
  },
}
`;
