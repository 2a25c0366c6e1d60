import type { Verdict } from '../rollout/verdict.ts';

/** How one metric stood against its baseline. */
export interface ScoredMetric {
  readonly name: string;
  /** Metrics are weighed by group; of its own name where none is given. */
  readonly group: string;
  readonly verdict: Verdict;
  /** One that fails, fails all. */
  readonly critical: boolean;
}

/** What a score must reach, and how much each group weighs. */
export interface ScoreRules {
  readonly pass: number;
  readonly marginal: number;
  /** Group -> its weight of 100. Groups without one share what is left equally. */
  readonly weights: Readonly<Record<string, number>>;
}

/** Those of Spinnaker's guidance. */
export const DEFAULT_SCORE_RULES: ScoreRules = { pass: 95, marginal: 75, weights: {} };

export interface ScoreStanding {
  readonly verdict: Verdict;
  readonly because: string;
  /** From 0 to 100, two decimals. Absent where too little is known for one. */
  readonly score?: number;
  readonly groups: Readonly<Record<string, number>>;
}

/**
 * Weighs several metrics into one score as Kayenta does: a group's score is the share of its metrics that passed, the summary their
 * weighted mean; a critical metric that fails is a score of 0; below `pass` and at `marginal` or above nobody knows.
 *
 * Three of its holes are closed: what could not be judged stays in the denominator of its group (a group of nothing but errors scores 100
 * there), a critical metric without data is inconclusive, and so is all where half of the metrics or a whole group have none.
 */
export const assessScore = (
  metrics: readonly ScoredMetric[],
  rules: ScoreRules = DEFAULT_SCORE_RULES,
): ScoreStanding => {
  const groups = Object.fromEntries(
    Object.entries(Object.groupBy(metrics, ({ group }) => group)).map(([group, members = []]) => [
      group,
      rounded((100 * members.filter(({ verdict }) => verdict === 'pass').length) / members.length),
    ]),
  );
  const failed = metrics.filter(({ verdict }) => verdict === 'fail');
  const unknown = metrics.filter(({ verdict }) => verdict === 'inconclusive' || verdict === 'error');
  const names = (of: readonly ScoredMetric[]) => of.map(({ name }) => name).join(', ');
  const critical = failed.filter((metric) => metric.critical);
  if (critical.length > 0)
    return { verdict: 'fail', score: 0, groups, because: `score 0: critical ${names(critical)} failed` };
  const dark = Object.keys(groups).filter((group) =>
    metrics.every((metric) => metric.group !== group || unknown.includes(metric)),
  );
  const isUnknown =
    unknown.some((metric) => metric.critical) || 2 * unknown.length >= metrics.length || dark.length > 0;
  if (isUnknown) {
    const found = metrics.length === 0 ? 'there is no metric' : `${names(unknown)} could not be judged`;
    return { verdict: 'inconclusive', groups, because: `no score: ${found} (${unknown.length} of ${metrics.length})` };
  }
  const weights = weightsOf(Object.keys(groups), rules.weights);
  const score = rounded(
    Object.entries(groups).reduce((sum, [group, share]) => sum + (share * (weights[group] ?? 0)) / 100, 0),
  );
  const verdict = score >= rules.pass ? 'pass' : score >= rules.marginal ? 'inconclusive' : 'fail';
  const bad = failed.length + unknown.length === 0 ? '' : `; not passed: ${names([...failed, ...unknown])}`;
  const because = `score ${score}, ${rules.pass} passes and below ${rules.marginal} fails${bad}`;
  return { verdict, score, groups, because };
};

/** Weights that add up to 100: those given, and what is left shared by the others. */
const weightsOf = (
  groups: readonly string[],
  given: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> => {
  const taken = groups.reduce((sum, group) => sum + (given[group] ?? 0), 0);
  const others = groups.filter((group) => given[group] === undefined).length;
  const raw = groups.map((group) => [group, given[group] ?? (100 - taken) / others] as const);
  const all = raw.reduce((sum, [, weight]) => sum + weight, 0);
  return Object.fromEntries(raw.map(([group, weight]) => [group, (100 * weight) / all]));
};

const rounded = (score: number): number => Math.round(100 * score) / 100;
