import { planTarget } from '../../shared/apply/plan-target.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import type { PlanningTools } from '../../shared/wave/plan-one.ts';
import { openTarget } from './open-target.ts';

/** How a target is found, opened and planned. */
export const planningTools = (outside: Outside): PlanningTools => ({ open: openTarget(outside), planTarget });
