import type { Outside } from '../../shared/outside/outside.ts';
import type { SettledRule } from '../../shared/rollout/release.ts';
import type { VerifyingTools } from '../../shared/wave/verify-target.ts';
import { planningTools } from './planning.ts';

/** How a target is looked at once more, by the rules of its release. Of most looks at a wave nothing of it is needed, nor loaded. */
export const verifyingTools = (rules: readonly SettledRule[], outside: Outside): VerifyingTools => ({
  ...planningTools(outside),
  stillSettled: async (applied, cluster, signal) => {
    const { stillSettled } = await import('../../shared/apply/still-settled.ts');
    const set = { ...applied, ...(rules.length === 0 ? {} : await ruled(rules)) };
    return stillSettled(set, { cluster, clock: outside.clock }, signal);
  },
});

const ruled = async (rules: readonly SettledRule[]) => {
  const { compileRules } = await import('../../shared/apply/settled/settled-by-rule.ts');
  return { ruleOf: compileRules(rules) };
};
