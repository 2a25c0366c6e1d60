import { type ApprovalAsk, approvalAsk } from '../rollout/approval-ask.ts';
import type { LiftedBudgets } from '../rollout/lifted-budgets.ts';
import { countChanges, type WavePlan } from '../rollout/plan.ts';
import type { Release } from '../rollout/release.ts';
import type { Target } from '../rollout/target.ts';
import type { Judgement } from '../rollout/verdict.ts';
import type { Wave } from '../rollout/wave.ts';
import { budgetGates, type GateTools } from './gate-tools.ts';
import { askAll } from './measure-stores.ts';

/**
 * Judges the error budgets of a wave that is to be entered, of every gate on every target; none where the plan changes nothing, no flag
 * either, which spends nothing. Those that people have lifted by name are told with their verdict, and in nobody's way.
 */
export const judgeBudgets = async (
  release: Release,
  wave: Wave,
  targets: readonly Target[],
  plan: Pick<WavePlan, 'targets' | 'flags'>,
  lifted: LiftedBudgets | undefined,
  tools: Pick<GateTools, 'measureBudget'>,
  signal: AbortSignal,
): Promise<readonly Judgement[]> => {
  const { targets: planned, flags = [] } = plan;
  if (flags.length === 0 && planned.every(({ counts }) => countChanges(counts) === 0)) return [];
  const judged = await askAll(
    Object.entries(budgetGates(release, wave)).flatMap(([name, gate]) =>
      targets.map((target) => ({
        scrapes: false,
        ask: () => tools.measureBudget(name, gate, target, release, signal),
      })),
    ),
  );
  return judged.map((judgement): Judgement => {
    if (judgement.verdict === 'pass' || !isLifted(judgement.gate, judged, lifted)) return judgement;
    const because = `${judgement.because}; entered all the same, as ${lifted?.by.join(', ')} decided`;
    return { ...judgement, because, effect: 'report' };
  });
};

/** A decision covers as many targets as it was shown, and no more. */
const isLifted = (gate: string, judged: readonly Judgement[], lifted: LiftedBudgets | undefined): boolean => {
  const shown = lifted?.budgets.find((each) => each.gate === gate);
  const open = judged.filter((each) => each.gate === gate && each.verdict !== 'pass');
  return shown !== undefined && open.length <= shown.targets;
};

/** Who could lift a budget that is spent: the approval that the wave itself asks for, while it has not been given. Who may name deletes may not. */
export const liftingAsk = (
  release: Release,
  wave: Wave,
  plan: Pick<WavePlan, 'direction' | 'targets' | 'deletes'>,
  isApproved: boolean,
): ApprovalAsk | undefined =>
  isApproved || wave.approval === undefined ? undefined : approvalAsk(release, wave, plan);
