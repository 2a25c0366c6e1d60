import type { DriftTools } from '../../shared/drift/detect-drift.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import { lookAtTarget } from '../../shared/wave/verify-target.ts';
import { tell } from './tell.ts';
import { verifyingTools } from './verifying.ts';

/** How a target is compared with what was brought to it, and who is told. Whether it runs is not asked, so that no rules are needed. */
export const driftTools = (outside: Outside): DriftTools => {
  const tools = verifyingTools([], outside);
  return {
    lookAt: (target, { rendered }, signal) =>
      lookAtTarget({ target, rendered, kept: [], asksWhetherRuns: false }, tools, outside, signal),
    tell: (key, text, audience) => tell({ key, text, path: '/drift' }, outside, audience),
  };
};
