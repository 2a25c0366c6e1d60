import { openCluster } from '../../shared/clouds/open-cluster.ts';
import { resolveCluster } from '../../shared/clouds/resolve-cluster.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import type { PlanningTools } from '../../shared/wave/plan-one.ts';

/** How a target is found and opened. */
export const openTarget =
  (outside: Outside): PlanningTools['open'] =>
  async ({ name, locator, allow }, signal) => {
    const endpoint = await resolveCluster(locator, outside, signal);
    return { endpoint, cluster: openCluster({ name, locator, endpoint, allow }, outside) };
  };
