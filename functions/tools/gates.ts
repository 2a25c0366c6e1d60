import { measureAlerts } from '../../shared/analysis/alerts/measure-alerts.ts';
import { weighEvidence } from '../../shared/analysis/e-process.ts';
import { measureMetric } from '../../shared/analysis/measure-metric.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import { assessProbe } from '../../shared/probe/assess-probe.ts';
import { probeUntil } from '../../shared/probe/prober.ts';
import { joinTallies } from '../../shared/probe/tally.ts';
import type { GateTools } from '../../shared/wave/gate-tools.ts';
import { storeTools } from './store-tools.ts';

/** How gates are measured and judged. */
export const gateTools = (outside: Outside): GateTools => {
  const stores = storeTools(outside);
  return {
    probeUntil: (order, signal) => probeUntil(order, outside, signal),
    assessProbe: (gate, spec, tallies) => assessProbe(gate, spec, tallies, weighEvidence),
    joinTallies,
    measureMetric: (name, gate, source, target, signal) =>
      measureMetric({ name, gate, source, target }, outside, stores, signal),
    measureAlerts: (name, gate, source, target, signal) =>
      measureAlerts({ name, gate, source, ...(target === undefined ? {} : { target }) }, outside, stores, signal),
  };
};
