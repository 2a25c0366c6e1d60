import type { Outside } from '../../shared/outside/outside.ts';
import type { SettledRule } from '../../shared/rollout/release.ts';
import type { VerifyingTools } from '../../shared/wave/verify-target.ts';
import { openTarget } from './open-target.ts';

/** How a target is looked at once more, by the rules of its release. Of most looks at a wave nothing of it is needed, nor loaded. */
export const verifyingTools = (rules: readonly SettledRule[], outside: Outside): VerifyingTools => ({
  open: openTarget(outside),
  lookAgain: async (input, cluster, signal) => {
    const { lookAgain } = await import('../../shared/apply/look-again.ts');
    const ruled = { ...input, ...(rules.length === 0 ? {} : await compiled(rules)) };
    return lookAgain(ruled, { cluster, clock: outside.clock }, signal);
  },
});

const compiled = async (rules: readonly SettledRule[]) => {
  const { compileRules } = await import('../../shared/apply/settled/settled-by-rule.ts');
  return { ruleOf: compileRules(rules) };
};
