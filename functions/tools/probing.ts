import { weighCounts } from '../../shared/analysis/weigh-counts.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import { assessProbe } from '../../shared/probe/assess-probe.ts';
import { probeUntil } from '../../shared/probe/prober.ts';
import { joinTallies } from '../../shared/probe/tally.ts';
import type { GateTools } from '../../shared/wave/gate-tools.ts';

/** How probes are made and judged. */
export const probingTools = (outside: Outside): Pick<GateTools, 'probeUntil' | 'assessProbe' | 'joinTallies'> => ({
  probeUntil: (order, signal) => probeUntil(order, outside, signal),
  assessProbe: (gate, spec, tallies) => assessProbe(gate, spec, tallies, weighCounts),
  joinTallies,
});
