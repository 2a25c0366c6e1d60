import type { Preset } from './preset.ts';

/** ZooKeeper by its metrics provider, whose names are those of `mntr`. */
export const zookeeper: Preset = {
  exporter: "ZooKeeper's PrometheusMetricsProvider (Telegraf: inputs.zookeeper)",
  gates: {
    latency: {
      says: 'requests take more than 100 ms on average',
      promql: { query: 'max(avg_latency{$where})' },
      limits: { failAbove: 100 },
      telegraf: { value: { measurement: 'zookeeper', field: 'avg_latency', as: 'max' } },
    },
    outstanding: {
      says: 'more than ten requests wait to be answered',
      leading: true,
      promql: { query: 'max(outstanding_requests{$where})' },
      limits: { failAbove: 10 },
      telegraf: { value: { measurement: 'zookeeper', field: 'outstanding_requests', as: 'max' } },
    },
    descriptors: {
      says: 'a server has opened more than eight in ten of the files and connections that it may',
      leading: true,
      promql: { query: 'max(open_file_descriptor_count{$where} / max_file_descriptor_count{$where})' },
      limits: { failAbove: 0.8 },
    },
  },
};
