import type { StoreTools } from '../../shared/analysis/stores/store-tools.ts';
import type { Digest } from '../../shared/blobs/blobs.ts';
import { getJson } from '../../shared/blobs/json.ts';
import { getPlanned } from '../../shared/blobs/planned-target.ts';
import { openCluster } from '../../shared/clouds/open-cluster.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import type { WavePlan } from '../../shared/rollout/plan.ts';
import type { GateTools } from '../../shared/wave/gate-tools.ts';
import { once } from './once.ts';
import { storeTools } from './store-tools.ts';
import { watchingTools } from './watching.ts';

/**
 * How gates are measured and judged before and after the batches of a wave. Pods of a target are read where the plan of the wave says
 * that its API server answers.
 */
export const gateTools = (outside: Outside, plan: Digest): GateTools => {
  const planOfWave = once(() => getJson<WavePlan>(outside.blobs, plan));
  const stores: StoreTools = {
    ...storeTools(outside),
    openTarget: async ({ name, locator, allow }) => {
      const { targets } = await planOfWave();
      const planned = targets.find(({ target }) => target === name)?.planned;
      if (planned === undefined)
        throw new Error(`target ${name} is not in the plan of its wave, so that it can not be opened`);
      const { endpoint } = await getPlanned(outside.blobs, planned);
      return openCluster({ name, locator, endpoint, allow }, outside);
    },
  };
  return watchingTools(outside, stores);
};
