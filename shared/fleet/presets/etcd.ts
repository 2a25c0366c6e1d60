import type { Preset } from './preset.ts';

const fsync = 'etcd_disk_wal_fsync_duration_seconds';

/** etcd by its own metrics; limits as in etcd's own alerts (etcd-mixin) where they have one. */
export const etcd: Preset = {
  exporter: 'etcd itself (Telegraf: inputs.prometheus, metric_version = 1)',
  gates: {
    leader: {
      says: 'a member has no leader, so that nothing can be written',
      promql: { query: 'min(etcd_server_has_leader{$where})' },
      limits: { failBelow: 1 },
      telegraf: { value: { measurement: 'etcd_server_has_leader', field: 'gauge', as: 'min' } },
    },
    elections: {
      says: 'the leader changed more than twice',
      promql: { query: 'max(increase(etcd_server_leader_changes_seen_total{$where}[$window]))' },
      limits: { failAbove: 2 },
      telegraf: { value: { measurement: 'etcd_server_leader_changes_seen_total', field: 'counter', as: 'growth' } },
    },
    fsync: {
      says: 'one write to the log in a hundred takes longer than half a second to be on the disk',
      leading: true,
      promql: { query: `histogram_quantile(0.99, sum by (le) (rate(${fsync}_bucket{$where}[$window])))` },
      limits: { failAbove: 0.5 },
      telegraf: {
        errors: { measurement: fsync, field: 'count', less: '0.512', as: 'growth' },
        requests: { measurement: fsync, field: 'count', as: 'growth' },
        limits: { failAbove: 0.01, minRequests: 10 },
      },
    },
    pending: {
      says: 'more than five proposals wait to be agreed on',
      leading: true,
      promql: { query: 'max(etcd_server_proposals_pending{$where})' },
      limits: { failAbove: 5 },
      telegraf: { value: { measurement: 'etcd_server_proposals_pending', field: 'gauge', as: 'max' } },
    },
    space: {
      says: 'the database has grown to more than eight tenths of its quota, at which nothing more is written',
      leading: true,
      promql: { query: 'max(etcd_mvcc_db_total_size_in_bytes{$where} / etcd_server_quota_backend_bytes{$where})' },
      limits: { failAbove: 0.8 },
    },
  },
};
