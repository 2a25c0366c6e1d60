import { fillWindow } from '../rollout/asked-window.ts';
import type { MetricGate } from '../rollout/gate.ts';
import type { StoreKind } from '../rollout/metric-source.ts';

/**
 * A gate of two counts as it asks for one of its windows. It judges nothing of them but whether they are sound: any share passes, old
 * points do not, nor do fewer requests than one.
 */
export const askedOver = (gate: MetricGate, windowMs: number, kind: StoreKind): MetricGate => {
  const { test: _, limits: __, comparison: ___, failBelow: ____, query, ...rest } = gate;
  const filled =
    'value' in query
      ? query
      : {
          errors: fillWindow(query.errors, windowMs, kind),
          requests: fillWindow(query.requests, windowMs, kind),
        };
  return { ...rest, query: filled, windowMs, failAbove: 1, minRequests: 1 };
};
