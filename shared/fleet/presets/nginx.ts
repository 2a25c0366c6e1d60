import type { Preset } from './preset.ts';

/** nginx by its stub_status page. */
export const nginx: Preset = {
  exporter: 'nginx-prometheus-exporter (Telegraf: inputs.nginx)',
  gates: {
    up: {
      says: 'an nginx does not answer its exporter',
      promql: { query: 'min(nginx_up{$where})' },
      limits: { failBelow: 1 },
    },
    dropped: {
      says: 'more connections than one in a thousand are accepted and then dropped, as when all workers are full',
      promql: {
        errors:
          'clamp_min(sum(increase(nginx_connections_accepted{$where}[$window])) - sum(increase(nginx_connections_handled{$where}[$window])), 0)',
        requests: 'sum(increase(nginx_connections_accepted{$where}[$window]))',
      },
      limits: { failAbove: 0.001, minRequests: 10 },
      telegraf: {
        errors: { measurement: 'nginx', field: 'accepts', less: 'handled', as: 'growth' },
        requests: { measurement: 'nginx', field: 'accepts', as: 'growth' },
      },
    },
    connections: {
      says: 'an nginx holds more than 900 connections, and a worker takes 1024 where nothing else is configured',
      leading: true,
      promql: { query: 'max(nginx_connections_active{$where})' },
      limits: { failAbove: 900 },
      telegraf: { value: { measurement: 'nginx', field: 'active', as: 'max' } },
    },
  },
};
