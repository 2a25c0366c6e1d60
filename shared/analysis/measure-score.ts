import type { MetricSource } from '../rollout/metric-source.ts';
import { SCORE_LOOKS, type ScoredMetric, type ScoreGate } from '../rollout/score-gate.ts';
import type { Target } from '../rollout/target.ts';
import type { Judgement } from '../rollout/verdict.ts';
import { assessScore } from './assess-score.ts';
import { compareMetric } from './compare-metric.ts';
import type { ComparisonOrder } from './comparison.ts';
import { measureWindow } from './measure-metric.ts';
import type { StoreOutside } from './stores/reading.ts';
import type { StoreTools } from './stores/store-tools.ts';

/** A score on one target, and what its metrics are compared with. */
export interface ScoreOrder extends Pick<ComparisonOrder, 'since' | 'before' | 'others'> {
  readonly name: string;
  readonly gate: ScoreGate;
  readonly sources: Readonly<Record<string, MetricSource>>;
  readonly target: Target;
}

/** A metric of a score, and how it stands against its baseline. */
export interface ComparedMetric {
  readonly name: string;
  readonly judgement: Judgement;
}

/**
 * Compares every metric of a score with its baseline and judges their weighted score; one of `SCORE_LOOKS` looks, each of which has a
 * share of the level. Reads only. A metric that can not be had, or is old, stays in the denominator of its group, and passes nothing.
 */
export const measureScore = async (
  order: ScoreOrder,
  outside: StoreOutside,
  tools: StoreTools,
  signal: AbortSignal,
): Promise<Judgement> => {
  const { name, gate, target, since } = order;
  const window = { from: since, to: outside.clock.now() };
  const compared: ComparedMetric[] = [];
  // One after the other: each asks up to forty questions of a store that is not ours to load.
  for (const [metric, scored] of Object.entries(gate.metrics))
    compared.push({ name: metric, judgement: await compareOne(order, scored, outside, tools, signal) });
  return assessScoreGate(name, gate, target.name, compared, window);
};

const compareOne = async (
  { name, sources, target, since, before, others }: ScoreOrder,
  { metric, comparison }: ScoredMetric,
  outside: StoreOutside,
  tools: StoreTools,
  signal: AbortSignal,
): Promise<Judgement> => {
  const source = sources[metric.source];
  if (source === undefined) {
    const because = `metric source ${metric.source} is not in the release`;
    return { gate: name, kind: 'metric', target: target.name, verdict: 'error', because };
  }
  const order = { name, gate: { ...metric, ...ANY_FINITE }, source, target };
  // Points that are old, and what is no number, are not compared. How many requests it takes is asked of all windows together.
  const { judgement } = await measureWindow(order, outside, tools, signal);
  if (judgement.verdict !== 'pass') return judgement;
  const shared = { ...comparison, of: comparison.of * SCORE_LOOKS };
  const compare = { ...order, gate: { ...order.gate, minRequests: metric.minRequests }, comparison: shared };
  return compareMetric({ ...compare, since, before, others }, outside, tools, signal);
};

/** A metric of a score has no threshold: any number that is finite is compared. */
const ANY_FINITE = { failAbove: Number.MAX_VALUE, minRequests: 1 };

/** Judges the metrics of a score by what they weigh, and says what a marginal one does. Pure. */
export const assessScoreGate = (
  name: string,
  gate: ScoreGate,
  target: string,
  compared: readonly ComparedMetric[],
  window: { readonly from: number; readonly to: number },
): Judgement => {
  const { pass, marginal, weights, onMarginal, metrics } = gate;
  const scored = compared.map(({ name: metric, judgement }) => ({
    name: metric,
    group: metrics[metric]?.group ?? metric,
    critical: metrics[metric]?.critical ?? false,
    verdict: judgement.verdict,
  }));
  const { verdict, score, because } = assessScore(scored, { pass, marginal, weights });
  const isMarginal = verdict === 'inconclusive' && score !== undefined;
  const open = compared.filter(({ judgement }) => judgement.verdict !== 'pass');
  const telling = open.length === 0 ? compared : open;
  const samples = telling.map(({ judgement }) => judgement.samples).filter((count) => count !== undefined);
  const reasons = open.map(({ name: metric, judgement }) => `${metric}: ${reasonOf(judgement)}`);
  return {
    gate: name,
    kind: 'score',
    target,
    verdict: isMarginal && onMarginal !== 'wait' ? onMarginal : verdict,
    because: `gate ${name} on ${target}: ${[because + (isMarginal ? MARGINAL[onMarginal] : ''), ...few(reasons)].join('; ')}`,
    query: few(
      telling.map(({ name: metric, judgement }) => `${metric}: ${(judgement.query ?? '').slice(0, LONGEST_QUERY)}`),
    ).join('; '),
    source: [...new Set(compared.map(({ judgement }) => judgement.source ?? ''))]
      .filter((each) => each !== '')
      .join(', '),
    ...(score === undefined ? {} : { value: score }),
    threshold: pass,
    window,
    // As few as the metric with the fewest of those that speak: all of them were needed.
    ...(samples.length === 0 ? {} : { samples: Math.min(...samples) }),
  };
};

const MARGINAL: Readonly<Record<ScoreGate['onMarginal'], string>> = {
  wait: '; marginal, which waits',
  pass: '; marginal, which passes as configured',
  fail: '; marginal, which fails as configured',
};

/** Metrics of a score that are told one by one. */
const MOST_TOLD = 5;
const LONGEST_QUERY = 1_000;

const few = (texts: readonly string[]): readonly string[] =>
  texts.length <= MOST_TOLD ? texts : [...texts.slice(0, MOST_TOLD), `and ${texts.length - MOST_TOLD} more`];

/** Without the gate's name and target, which the score says once. */
const reasonOf = ({ because }: Judgement): string => because.replace(/^gate .*? on .*?: /, '');
