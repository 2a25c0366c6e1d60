import type { AvailabilityTools } from '../../shared/availability/probe-availability.ts';
import { invokeLater } from '../../shared/outside/invoke-later.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import { probeUntil } from '../../shared/probe/prober.ts';
import { audienceOf } from '../../shared/rollout/audience.ts';
import { outageFails } from '../../shared/wave/judge-availability.ts';
import { stopRunningWaves } from '../../shared/wave/stop-running-waves.ts';
import { tell } from './tell.ts';

/** How scheduled probes are made, and what follows from an outage. */
export const availabilityTools = (outside: Outside): AvailabilityTools => ({
  probeUntil: (order, signal) => probeUntil(order, outside, signal),
  stopWaves: async (outages) => {
    await stopRunningWaves(async ({ targets }) => {
      const outage = outages.find(({ target }) => targets.includes(target));
      return outage && outageFails(outage);
    }, outside);
  },
  callShard: async (order, signal) => {
    const { functionName, region } = outside.settings;
    if (functionName === undefined) throw new Error('the function that this is has no name to be called by');
    await invokeLater(region, functionName, order, outside, signal);
  },
  tellOutages: async (outages, { targets }) => {
    for (const { target, gate, because, regions, since } of outages) {
      const text = `${target} is out by gate ${gate}, seen from ${regions.join(' and ')}: ${because}`;
      await tell({ key: `outage ${target} ${gate} ${since}`, text, path: '' }, outside, audienceOf(targets[target]));
    }
  },
});
