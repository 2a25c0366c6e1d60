import type { Outside } from '../../shared/outside/outside.ts';
import type { GateTools } from '../../shared/wave/gate-tools.ts';
import { probingTools } from './probing.ts';
import { storeTools } from './store-tools.ts';

/** How what goes on beside the batches of a wave is measured and judged: probes and alerts. */
export const watchingTools = (outside: Outside): Omit<GateTools, 'measureMetric'> => {
  const stores = storeTools(outside);
  return {
    ...probingTools(outside),
    measureAlerts: async (name, gate, source, target, signal) => {
      const { measureAlerts } = await import('../../shared/analysis/alerts/measure-alerts.ts');
      const of = target === undefined ? {} : { target };
      return measureAlerts({ name, gate, source, ...of }, outside, stores, signal);
    },
  };
};
