import type { DriftTools } from '../../shared/drift/detect-drift.ts';
import { notify } from '../../shared/notify/notify.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import { planOne } from '../../shared/wave/plan-one.ts';
import { planningTools } from './planning.ts';

/** How a target is compared with what was brought to it, and who is told. */
export const driftTools = (outside: Outside): DriftTools => {
  const tools = planningTools(outside);
  return {
    plan: (target, { rendered, release }, signal) =>
      planOne({ target, rendered, release, lint: 'tell' }, tools, outside, signal),
    tell: async (key, text, audience) => {
      await notify({ key, text, link: `${outside.settings.console}/drift` }, outside, audience);
    },
  };
};
