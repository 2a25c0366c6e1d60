import type { OpenBudget } from './lifted-budgets.ts';
import { countChanges, type DeleteList, type WavePlan } from './plan.ts';
import type { DeleteRules } from './release.ts';
import type { ApprovalSpec, Wave } from './wave.ts';

/** What people are asked about the plan of a wave. */
export interface ApprovalAsk extends ApprovalSpec {
  /** Beside that: who may approve by name what is deleted, and how many of them must. */
  readonly deletes?: DeleteList & Pick<ApprovalSpec, 'roles' | 'people'>;
  /** Error budgets that a yes lifts. */
  readonly budgets?: readonly OpenBudget[];
}

/**
 * Whether a plan needs people, and whom. | the wave asks, something differs | its approval | | deletes have to be named | theirs, also
 * where the wave asks for none | | both | one question with two answers; the shorter time counts | | the way back, or nothing differs |
 * nobody |. Pure. Where deletes have to be named and nobody may, the plan was refused.
 */
export const approvalAsk = (
  { deletes: rules }: { readonly deletes: DeleteRules },
  wave: Pick<Wave, 'approval'>,
  plan: Pick<WavePlan, 'direction' | 'targets' | 'deletes' | 'flags'>,
): ApprovalAsk | undefined => {
  if (plan.direction === 'back') return undefined;
  const differs = plan.targets.some(({ counts }) => countChanges(counts) > 0) || (plan.flags ?? []).length > 0;
  const own = differs ? wave.approval : undefined;
  const lifting = plan.deletes === undefined ? undefined : rules.approval;
  if (plan.deletes === undefined || lifting === undefined) return own;
  const { roles, people } = lifting;
  const deletes = { ...plan.deletes, roles, people };
  if (own === undefined) return { ...lifting, deletes };
  return { ...own, expiresMs: Math.min(own.expiresMs, lifting.expiresMs), deletes };
};
