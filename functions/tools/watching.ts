import { measureAlerts } from '../../shared/analysis/alerts/measure-alerts.ts';
import { assessPooled } from '../../shared/analysis/assess-metric.ts';
import { compareMetric } from '../../shared/analysis/compare-metric.ts';
import { measureWindow } from '../../shared/analysis/measure-metric.ts';
import type { StoreTools } from '../../shared/analysis/stores/store-tools.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import type { GateTools } from '../../shared/wave/gate-tools.ts';
import { probingTools } from './probing.ts';
import { storeTools } from './store-tools.ts';

const notHere: StoreTools['openTarget'] = ({ name }) =>
  Promise.reject(new Error(`target ${name} is not opened by the prober; its pods are read by the steps that judge`));

/** How what goes on beside the batches of a wave is measured and judged: probes, metrics and alerts. */
export const watchingTools = (
  outside: Outside,
  stores: StoreTools = { ...storeTools(outside), openTarget: notHere },
): GateTools => {
  return {
    ...probingTools(outside),
    measureMetric: (name, gate, source, target, signal) =>
      measureWindow({ name, gate, source, target }, outside, stores, signal),
    assessPooled,
    compareMetric: (order, signal) => compareMetric(order, outside, stores, signal),
    measureAlerts: (name, gate, source, target, signal) =>
      measureAlerts({ name, gate, source, ...(target === undefined ? {} : { target }) }, outside, stores, signal),
  };
};
