import { assessBudgetGate, measureBudget as measure } from '../../shared/analysis/measure-budget.ts';
import type { StoreTools } from '../../shared/analysis/stores/store-tools.ts';
import { readProbeCounts } from '../../shared/availability/slot.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import type { BudgetGate } from '../../shared/rollout/gate.ts';
import type { MetricSource } from '../../shared/rollout/metric-source.ts';
import type { Target } from '../../shared/rollout/target.ts';
import type { Judgement } from '../../shared/rollout/verdict.ts';

/** Judges an error budget by what counts for it: scheduled probes in the ledger, or a metric store. */
export const measureBudget = async (
  name: string,
  gate: BudgetGate,
  target: Target,
  metrics: Readonly<Record<string, MetricSource>>,
  outside: Outside,
  stores: StoreTools,
  signal: AbortSignal,
): Promise<Judgement> => {
  if ('probe' in gate.counted) {
    const { probe } = gate.counted;
    const to = outside.clock.now();
    const counts = await readProbeCounts(outside.ledger, target.name, probe, to, gate.windowMs);
    const read = { query: `gate ${probe}`, source: 'scheduled probes', window: { from: to - gate.windowMs, to } };
    return assessBudgetGate(name, gate, target.name, counts, read);
  }
  const { metric } = gate.counted;
  const source = metrics[metric.source];
  if (source !== undefined) return measure({ name, gate, metric, source, target }, outside, stores, signal);
  const because = `gate ${name} on ${target.name}: metric source ${metric.source} is not in the release`;
  return { gate: name, kind: 'budget', target: target.name, verdict: 'error', because };
};
