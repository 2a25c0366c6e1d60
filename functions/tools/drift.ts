import type { PlanInput } from '../../shared/apply/plan-target.ts';
import type { DriftTools } from '../../shared/drift/detect-drift.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import { planOne } from '../../shared/wave/plan-one.ts';
import { planningTools } from './planning.ts';
import { tell } from './tell.ts';

/** Nothing comes of a look: no finding, no cap on restarts and nothing that would refuse a create may stand in its way. */
const asItIs: Pick<PlanInput, 'tryCreates' | 'lint' | 'restarts'> = {
  tryCreates: false,
  lint: 'tell',
  restarts: { order: 'consumers-first', perMinute: Number.MAX_SAFE_INTEGER, dependencies: {}, waiting: [] },
};

/** How a target is compared with what was brought to it, and who is told. */
export const driftTools = (outside: Outside): DriftTools => {
  const tools = planningTools(outside);
  return {
    plan: (target, { rendered, release }, signal) =>
      planOne({ target, rendered, release, ...asItIs }, tools, outside, signal),
    tell: (key, text, audience) => tell({ key, text, path: '/drift' }, outside, audience),
  };
};
