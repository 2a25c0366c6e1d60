import { invokeLater } from '../../shared/outside/invoke-later.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import type { CallProber } from '../../shared/wave/call-regions.ts';

/** How the loop of the home region calls those of the others: the function of that name which each region has. */
export const callProber =
  (outside: Pick<Outside, 'http' | 'identity' | 'settings'>): CallProber =>
  async (order, signal) => {
    const { regionalProber } = outside.settings;
    if (regionalProber === undefined) throw new Error('no function is named that probes in other regions');
    await invokeLater(order.region, regionalProber, order, outside, signal);
  };
