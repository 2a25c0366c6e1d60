import { assessPooled } from '../../shared/analysis/assess-metric.ts';
import type { StoreTools } from '../../shared/analysis/stores/store-tools.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import type { GateTools } from '../../shared/wave/gate-tools.ts';
import { probingTools } from './probing.ts';
import { storeTools } from './store-tools.ts';

const notHere: StoreTools['openTarget'] = ({ name }) =>
  Promise.reject(new Error(`target ${name} is not opened by the prober; its pods are read by the steps that judge`));

/** How what goes on beside the batches of a wave is measured and judged: probes, metrics and alerts. What asks stores is loaded by the first gate that does. */
export const watchingTools = (
  outside: Outside,
  stores: StoreTools = { ...storeTools(outside), openTarget: notHere },
): GateTools => {
  return {
    ...probingTools(outside),
    measureMetric: async (name, gate, source, target, signal) => {
      if (gate.test?.kind === 'burn') {
        const { measureBurn } = await import('../../shared/analysis/measure-burn.ts');
        return measureBurn({ name, gate, source, target }, gate.test, outside, stores, signal);
      }
      const { measureWindow } = await import('../../shared/analysis/measure-metric.ts');
      return measureWindow({ name, gate, source, target }, outside, stores, signal);
    },
    measureProbed: async (name, gate, probe, target) => {
      const { measureProbeBurn } = await import('./probe-burn.ts');
      return { judgement: await measureProbeBurn(name, gate, probe, target, outside) };
    },
    measureClusters: async (name, gate, source, target, at, signal) => {
      const { measureClusters } = await import('../../shared/analysis/measure-clusters.ts');
      return measureClusters({ name, gate, source, target, at }, outside, stores, signal);
    },
    assessPooled,
    measureBudget: async (name, gate, target, { metrics }, signal) => {
      const { measureBudget } = await import('./budgets.ts');
      return measureBudget(name, gate, target, metrics, outside, stores, signal);
    },
    compareMetric: async (order, signal) => {
      const { compareMetric } = await import('../../shared/analysis/compare-metric.ts');
      return compareMetric(order, outside, stores, signal);
    },
    measureScore: async (order, signal) => {
      const { measureScore } = await import('../../shared/analysis/measure-score.ts');
      return measureScore(order, outside, stores, signal);
    },
    measureAlerts: async (name, gate, source, target, signal) => {
      const { measureAlerts } = await import('../../shared/analysis/alerts/measure-alerts.ts');
      const of = target === undefined ? {} : { target };
      return measureAlerts({ name, gate, source, ...of }, outside, stores, signal);
    },
  };
};
