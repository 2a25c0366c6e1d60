// One fleet on three clouds. Staging takes a release first, then internal production, then, approved by a person, external production.
local eks(region, cluster, labels) = { eks: { account: '111111111111', region: region, cluster: cluster }, labels: labels };
local gke(location, cluster, labels) = { gke: { project: 'demo', location: location, cluster: cluster }, labels: labels };
local aks(region, cluster, labels) = {
  aks: { subscription: '00000000-0000-0000-0000-000000000000', resourceGroup: 'demo-' + region, cluster: cluster },
  labels: labels { region: region },
};

local small(stage) = { stage: stage, size: 's' };
local medium(stage) = { stage: stage, size: 'm' };
local large(stage) = { stage: stage, size: 'l' };

{
  services: {
    storefront: {
      jsonnet: 'services/storefront.jsonnet',
      overrides: [
        { targets: { stage: 'internal' }, jsonnet: 'services/storefront-production.jsonnet' },
        { targets: { stage: 'external' }, jsonnet: 'services/storefront-production.jsonnet' },
      ],
      images: {
        storefront: 'registry.example.com/demo/storefront@sha256:accab8863942b039a35bae9d5956c99a6e5dd5fdac0c06917686c407e7241b5c',
      },
    },
    gateway: {
      manifests: 'services/gateway',
      dependsOn: ['storefront'],
      images: {
        gateway: 'registry.example.com/demo/gateway@sha256:8bee3307a23bd305f72eea2c12318a94741f1485f3d4c44b4687be4e24e36462',
      },
    },
  },

  targets: {
    'aws-us-east-1-staging': eks('us-east-1', 'staging', small('staging')),
    'gcp-us-central1-staging': gke('us-central1', 'staging', small('staging')),
    'azure-eastus-staging': aks('eastus', 'staging', small('staging')),

    'aws-us-east-1-internal': eks('us-east-1', 'internal', medium('internal')),
    'gcp-europe-west4-internal': gke('europe-west4', 'internal', medium('internal')),
    'azure-westeurope-internal': aks('westeurope', 'internal', medium('internal')),

    'aws-us-east-1-prod01': eks('us-east-1', 'prod01', large('external')),
    // A customer's own: opened by a role of their account, seen by their people alone. Once the fleet has a release, it follows when they agree.
    'aws-eu-central-1-prod01': {
      eks: {
        account: '222222222222',
        region: 'eu-central-1',
        cluster: 'prod01',
        role: 'arn:aws:iam::222222222222:role/tidegate-target-acme',
        externalId: 'acme-4d1f',
      },
      labels: medium('external'),
      private: { roles: ['acme'], approval: { roles: ['acme'], people: 1, expires: '24h' }, maxLag: '1h' },
    },
    'gcp-us-central1-prod01': gke('us-central1', 'prod01', large('external')),
    'gcp-europe-west4-prod01': gke('europe-west4', 'prod01', medium('external')),
    'azure-eastus-prod01': aks('eastus', 'prod01', large('external')),
    'azure-westeurope-prod01': aks('westeurope', 'prod01', medium('external')),
  },

  // Soaks of seconds, so that the demo ends while one watches; a real fleet waits minutes to hours.
  waves: [
    { name: 'staging', targets: { stage: 'staging' }, soak: '5s', gates: ['api-up', 'errors'] },
    { name: 'internal', targets: { stage: 'internal' }, soak: '5s', gates: ['api-up', 'errors', 'latency'] },
    {
      name: 'external',
      targets: { stage: 'external' },
      approval: { roles: ['release-managers'], people: 1, expires: '1h' },
      batches: [1, '100%'],
      maxFailures: 0,
      soak: '5s',
      gates: ['api-up', 'errors', 'latency'],
    },
  ],

  gates: {
    // A machine that does other things answers itself late once in a while. One lost probe, even among the 8 that are the fewest to count,
    // is no outage here; three in a row are, so a version that is really down is caught. A real fleet says 0.00001.
    'api-up': {
      probe: { http: 'https://{target}.example.com/health', rate: '10/s', timeout: '5s' },
      below: { failures: 0.15 },
      minSamples: 8,
      consecutive: 3,
    },
    errors: {
      metric: {
        source: 'demo',
        errors: 'sum(increase(http_requests_total{code=~"5..",cluster="{target}"}[5s]))',
        requests: 'sum(increase(http_requests_total{cluster="{target}"}[5s]))',
      },
      failAbove: 0.001,
      minRequests: 100,
      interval: '1s',
      maxAge: '15s',
    },
    // The gauge holds the 99th percentile, in seconds.
    latency: {
      metric: { source: 'demo', query: 'max(http_request_duration_seconds{cluster="{target}"})' },
      failAbove: 0.5,
      interval: '1s',
      maxAge: '15s',
    },
  },

  metrics: { demo: { prometheus: 'https://metrics.example.com' } },

  // Who may do what in the deployed form; on one machine its owner may do everything.
  roles: {
    'release-managers': ['release-manager'],
    developers: ['bo'],
    'on-call': ['olga'],
    acme: ['carl'],
  },
  access: {
    release: ['developers', 'release-managers'],
    rollback: ['on-call', 'release-managers'],
    abort: ['on-call', 'release-managers'],
    lift: ['on-call'],
    diagnose: ['on-call'],
  },
}
