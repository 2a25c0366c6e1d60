import type { Preset } from './preset.ts';

const container = 'max by (namespace, pod, container)';

/** Workloads as kube-state-metrics and the kubelet (cAdvisor) show them. */
export const kubernetes: Preset = {
  exporter: 'kube-state-metrics and the kubelets (Telegraf: inputs.kube_inventory)',
  gates: {
    unavailable: {
      says: 'replicas of a Deployment are not available',
      promql: { query: 'sum(kube_deployment_status_replicas_unavailable{$where})' },
      limits: { failAbove: 0 },
      telegraf: { value: { measurement: 'kubernetes_deployment', field: 'replicas_unavailable', as: 'max' } },
    },
    restarts: {
      says: 'containers were started anew more than twice',
      promql: { query: 'sum(increase(kube_pod_container_status_restarts_total{$where}[$window]))' },
      limits: { failAbove: 2 },
      telegraf: {
        value: { measurement: 'kubernetes_pod_container', field: 'restarts_total', as: 'growth' },
      },
    },
    memory: {
      says: 'a container uses more than nine tenths of the memory at which it is killed',
      leading: true,
      promql: {
        query: `max(${container} (container_memory_working_set_bytes{container!="",$where}) / ${container} (kube_pod_container_resource_limits{resource="memory",$where}))`,
      },
      limits: { failAbove: 0.9 },
    },
    throttling: {
      says: 'containers are held back by their limit of CPU in more than a quarter of the periods',
      leading: true,
      promql: {
        errors: 'sum(increase(container_cpu_cfs_throttled_periods_total{$where}[$window]))',
        requests: 'sum(increase(container_cpu_cfs_periods_total{$where}[$window]))',
      },
      limits: { failAbove: 0.25, minRequests: 10 },
    },
  },
};
