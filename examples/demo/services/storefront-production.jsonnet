// The storefront in production: more of it, spread over the nodes, and quiet.
local target = std.extVar('target');
local replicas = { s: 2, m: 3, l: 4 };

(import 'storefront.jsonnet') + {
  replicas:: replicas[target.labels.size],
  settings+:: { 'log-level': 'warn' },

  deployment+: {
    spec+: {
      template+: {
        spec+: {
          topologySpreadConstraints: [{
            maxSkew: 1,
            topologyKey: 'kubernetes.io/hostname',
            whenUnsatisfiable: 'ScheduleAnyway',
            labelSelector: $.deployment.spec.selector,
          }],
        },
      },
    },
  },
}
