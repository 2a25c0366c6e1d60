import type { BudgetGate, MetricGate } from '../rollout/gate.ts';
import { kindOf, type MetricSource } from '../rollout/metric-source.ts';
import type { Target } from '../rollout/target.ts';
import type { Judgement } from '../rollout/verdict.ts';
import { askedOver } from './asked-over.ts';
import type { Counts } from './counts.ts';
import { concludeBudget } from './judge-budget.ts';
import { measureWindow } from './measure-metric.ts';
import type { StoreOutside } from './stores/reading.ts';
import type { StoreTools } from './stores/store-tools.ts';

/** A budget on one target, and the store that counts for it. */
export interface BudgetOrder {
  readonly name: string;
  readonly gate: BudgetGate;
  readonly metric: MetricGate;
  readonly source: MetricSource;
  readonly target: Target;
}

/** Judges what a metric store has counted over the window of a budget. Reads only; what could not be counted is never a pass. */
export const measureBudget = async (
  { name, gate, metric, source, target }: BudgetOrder,
  outside: StoreOutside,
  tools: StoreTools,
  signal: AbortSignal,
): Promise<Judgement> => {
  const order = { name, gate: askedOver(metric, gate.windowMs, kindOf(source)), source, target };
  const { judgement, counts } = await measureWindow(order, outside, tools, signal);
  const { query, source: asked, verdict, because } = judgement;
  const now = outside.clock.now();
  const read = {
    ...(query === undefined ? {} : { query }),
    ...(asked === undefined ? {} : { source: asked }),
    window: counts ?? judgement.window ?? { from: now - gate.windowMs, to: now },
  };
  if (counts !== undefined && verdict === 'pass') return assessBudgetGate(name, gate, target.name, counts, read);
  const state = verdict === 'error' ? 'error' : 'inconclusive';
  return { gate: name, kind: 'budget', target: target.name, verdict: state, because, threshold: gate.atLeast, ...read };
};

/** Judges what was counted of a budget, wherever that was. Pure. */
export const assessBudgetGate = (
  name: string,
  { allowed, atLeast }: BudgetGate,
  target: string,
  counts: Counts,
  {
    window,
    ...read
  }: Pick<Judgement, 'query' | 'source'> & { readonly window: { readonly from: number; readonly to: number } },
): Judgement => {
  const { because, ...conclusion } = concludeBudget(counts, allowed, atLeast);
  return {
    gate: name,
    kind: 'budget',
    target,
    ...conclusion,
    because: `gate ${name} on ${target}: ${because}`,
    ...read,
    window: { from: window.from, to: window.to },
  };
};
