import type { Preset } from './preset.ts';

const total = 'istio_requests_total';
const took = 'istio_request_duration_milliseconds';

/** Services in a mesh, as the proxies beside them count (istio.io, "Istio Standard Metrics"). */
export const istio: Preset = {
  exporter: 'the sidecar proxies (Telegraf: inputs.prometheus, metric_version = 1)',
  gates: {
    errors: {
      says: 'more requests than one in a thousand fail',
      promql: {
        errors: `sum(increase(${total}{reporter="destination",response_code=~"5..",$where}[$window]))`,
        requests: `sum(increase(${total}{reporter="destination",$where}[$window]))`,
      },
      limits: { failAbove: 0.001, minRequests: 100 },
      telegraf: {
        errors: {
          measurement: total,
          field: 'counter',
          as: 'growth',
          tags: { reporter: 'destination', response_code: '5..' },
        },
        requests: { measurement: total, field: 'counter', as: 'growth', tags: { reporter: 'destination' } },
      },
    },
    latency: {
      says: 'one request in a hundred takes longer than half a second',
      promql: {
        query: `histogram_quantile(0.99, sum by (le) (rate(${took}_bucket{reporter="destination",$where}[$window])))`,
      },
      limits: { failAbove: 500 },
      telegraf: {
        errors: { measurement: took, field: 'count', less: '500', as: 'growth', tags: { reporter: 'destination' } },
        requests: { measurement: took, field: 'count', as: 'growth', tags: { reporter: 'destination' } },
        limits: { failAbove: 0.01, minRequests: 100 },
      },
    },
    overflow: {
      says: 'more requests than one in a thousand are turned away by a circuit breaker or find no upstream',
      leading: true,
      promql: {
        errors: `sum(increase(${total}{reporter="source",response_flags=~".*(UO|UF|UH|URX).*",$where}[$window]))`,
        requests: `sum(increase(${total}{reporter="source",$where}[$window]))`,
      },
      limits: { failAbove: 0.001, minRequests: 100 },
      telegraf: {
        errors: {
          measurement: total,
          field: 'counter',
          as: 'growth',
          tags: { reporter: 'source', response_flags: '.*(UO|UF|UH|URX).*' },
        },
        requests: { measurement: total, field: 'counter', as: 'growth', tags: { reporter: 'source' } },
      },
    },
  },
};
