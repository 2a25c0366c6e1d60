import type { Preset } from './preset.ts';

const seconds = 'http_request_duration_seconds';

/** Services with the usual metrics of a client library. */
export const http: Preset = {
  exporter: 'the Prometheus client library of the service (Telegraf: inputs.prometheus, metric_version = 1)',
  gates: {
    errors: {
      says: 'more requests than one in a thousand fail',
      promql: {
        errors: 'sum(increase(http_requests_total{code=~"5..",$where}[$window]))',
        requests: 'sum(increase(http_requests_total{$where}[$window]))',
      },
      limits: { failAbove: 0.001, minRequests: 100 },
      telegraf: {
        errors: { measurement: 'http_requests_total', field: 'counter', as: 'growth', tags: { code: '5..' } },
        requests: { measurement: 'http_requests_total', field: 'counter', as: 'growth' },
      },
    },
    latency: {
      says: 'one request in a hundred takes longer than half a second',
      promql: { query: `histogram_quantile(0.99, sum by (le) (rate(${seconds}_bucket{$where}[$window])))` },
      limits: { failAbove: 0.5 },
      telegraf: {
        errors: { measurement: seconds, field: 'count', less: '0.5', as: 'growth' },
        requests: { measurement: seconds, field: 'count', as: 'growth' },
        limits: { failAbove: 0.01, minRequests: 100 },
      },
    },
    descriptors: {
      says: 'a process has opened more than eight in ten of the files and connections that it may',
      leading: true,
      promql: { query: 'max(process_open_fds{$where} / process_max_fds{$where})' },
      limits: { failAbove: 0.8 },
    },
  },
};
