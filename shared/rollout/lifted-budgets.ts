import type { Judgement } from './verdict.ts';

/** One budget gate that people are asked to lift: on how many targets it does not pass, and what the worst of them says. */
export interface OpenBudget {
  readonly gate: string;
  readonly targets: number;
  readonly because: string;
}

/** Budgets that people have lifted by name. */
export interface LiftedBudgets {
  readonly by: readonly string[];
  readonly budgets: readonly OpenBudget[];
}

/** The budgets that hold the entry of a wave, gate by gate, the one with least left speaking. Pure. */
export const openBudgets = (judgements: readonly Judgement[]): readonly OpenBudget[] => {
  const open = judgements.filter(
    ({ kind, verdict, effect }) => kind === 'budget' && verdict !== 'pass' && effect !== 'report',
  );
  return [...new Set(open.map(({ gate }) => gate))].map((gate) => {
    const own = open.filter((each) => each.gate === gate).toSorted((a, b) => (a.value ?? 1) - (b.value ?? 1));
    return { gate, targets: own.length, because: own[0]?.because ?? '' };
  });
};

/** What people are asked to lift, as a sentence goes on. */
export const describeOpenBudgets = (budgets: readonly OpenBudget[]): string =>
  budgets
    .map(
      ({ gate, targets, because }) =>
        `the budget of ${gate} does not pass on ${targets === 1 ? '1 target' : `${targets} targets`} (${because})`,
    )
    .join(' and ');
