// The storefront, as staging has it. What production has different is in storefront-production.jsonnet.
local target = std.extVar('target');
local images = std.extVar('images');

local name = 'storefront';
local labels = { 'app.kubernetes.io/name': name };

{
  replicas:: 1,
  settings:: {
    region: target.region,
    'log-level': 'debug',
  },

  config: {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: name, labels: labels },
    data: $.settings,
  },

  service: {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: name, labels: labels },
    spec: {
      selector: labels,
      ports: [{ name: 'http', port: 80, targetPort: 'http' }],
    },
  },

  deployment: {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: name,
      labels: labels,
      // Tidegate warns of one replica behind a Service; here somebody decided to live with it, and says why.
      [if $.replicas == 1 then 'annotations']: { 'tidegate.dev/waive-single-replica': 'nobody is promised anything of staging' },
    },
    spec: {
      replicas: $.replicas,
      progressDeadlineSeconds: 300,
      selector: { matchLabels: labels },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '100%', maxUnavailable: 0 } },
      template: {
        metadata: {
          labels: labels,
          // A change of the settings is a change of the pods.
          annotations: { 'demo.example.com/settings': std.md5(std.manifestJsonMinified($.settings)) },
        },
        spec: {
          terminationGracePeriodSeconds: 30,
          containers: [{
            name: name,
            image: images.storefront,
            ports: [{ name: 'http', containerPort: 8080 }],
            envFrom: [{ configMapRef: { name: name } }],
            readinessProbe: { httpGet: { path: '/health', port: 'http' }, periodSeconds: 1, failureThreshold: 2 },
            // Requests still arrive while the endpoints are being taken out.
            lifecycle: { preStop: { sleep: { seconds: 5 } } },
            resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '128Mi' } },
          }],
        },
      },
    },
  },

  budget: {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: name, labels: labels },
    spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow', selector: { matchLabels: labels } },
  },
}
