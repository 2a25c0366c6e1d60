import type { Preset } from './preset.ts';

/** Redis by its INFO. */
export const redis: Preset = {
  exporter: 'redis_exporter (Telegraf: inputs.redis)',
  gates: {
    up: {
      says: 'a Redis does not answer its exporter',
      promql: { query: 'min(redis_up{$where})' },
      limits: { failBelow: 1 },
    },
    rejected: {
      says: 'a Redis turned connections away, since it has as many as it may',
      promql: { query: 'sum(increase(redis_rejected_connections_total{$where}[$window]))' },
      limits: { failAbove: 0 },
      telegraf: { value: { measurement: 'redis', field: 'rejected_connections', as: 'growth' } },
    },
    memory: {
      says: 'a Redis uses more than nine tenths of the memory it may; full, it refuses writes or drops keys',
      leading: true,
      // Without a limit there is nothing that could become full.
      promql: {
        query:
          'max(redis_memory_used_bytes{$where} / (redis_memory_max_bytes{$where} > 0)) or 0 * max(redis_memory_used_bytes{$where})',
      },
      limits: { failAbove: 0.9 },
    },
    clients: {
      says: 'a Redis has more than 9000 clients, of 10000 that it takes where nothing else is configured',
      leading: true,
      promql: { query: 'max(redis_connected_clients{$where})' },
      limits: { failAbove: 9000 },
      telegraf: { value: { measurement: 'redis', field: 'clients', as: 'max' } },
    },
    evictions: {
      says: 'keys were dropped to make room',
      leading: true,
      promql: { query: 'sum(increase(redis_evicted_keys_total{$where}[$window]))' },
      limits: { failAbove: 0 },
      telegraf: { value: { measurement: 'redis', field: 'evicted_keys', as: 'growth' } },
    },
  },
};
