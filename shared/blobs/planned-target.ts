import type { PlannedTarget } from '../rollout/plan.ts';
import { noRestarts } from '../rollout/restarts.ts';
import type { Blobs, Digest } from './blobs.ts';
import { getJson } from './json.ts';

/** A target's plan. One that was stored before plans spoke of restarts and findings has none: a newer version reads what an older one left. */
export const getPlanned = async (blobs: Blobs, digest: Digest): Promise<PlannedTarget> => {
  const planned = await getJson<PlannedTarget>(blobs, digest);
  return {
    ...planned,
    findings: planned.findings ?? [],
    plan: { ...planned.plan, restarts: planned.plan.restarts ?? noRestarts },
  };
};
