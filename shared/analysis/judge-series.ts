import { assessRun } from '../rollout/assess-run.ts';
import type { MetricGate, RunLimits } from '../rollout/gate.ts';
import type { Judgement, Verdict } from '../rollout/verdict.ts';
import { assessCountShift } from './assess-count-shift.ts';
import { assessMetric } from './assess-metric.ts';
import { assessObjective } from './assess-objective.ts';
import { assessShift, DEFAULT_SHIFT_RULES } from './assess-shift.ts';
import { clustersOf } from './clusters.ts';
import type { Counts } from './counts.ts';
import { type CountedPoint, judgeBudget, judgeBurn } from './judge-budget.ts';
import type { SeriesGate } from './judge-file.ts';
import { type Measured, type Point, pointsPerMeasurement } from './measured-points.ts';

/** A series with the rules it is judged by. */
export interface JudgedSeries {
  readonly name: string;
  readonly gate: SeriesGate;
  readonly series: readonly Point[];
  readonly baseline?: readonly Point[];
}

/** A judgement of a series, and how many measurements it was made of. */
export interface SeriesJudgement extends Pick<Judgement, 'gate' | 'verdict' | 'because'> {
  readonly test: SeriesGate['test'];
  readonly value?: number;
  readonly threshold?: number;
  readonly samples?: number;
  readonly window?: { readonly from: number; readonly to: number };
  /** In a rollout it would stop nothing. */
  readonly effect?: 'report';
  /** Requests still needed to know, all of them clean. */
  readonly stillNeeded?: number;
}

/**
 * Judges a series by the rules of its gate, as if it were measured now: by thresholds measurement for measurement, by sequential
 * evidence at every point, against an objective or its budget, or against a baseline. No data never passes.
 */
export const judgeSeries = (judged: JudgedSeries): SeriesJudgement => {
  const { name, gate, series } = judged;
  const [first, last] = [series[0], series.at(-1)];
  const window = first === undefined || last === undefined ? {} : { window: { from: first.at, to: last.at } };
  const gap = longestGap(series);
  const base = {
    gate: name,
    test: gate.test,
    ...window,
    ...(gate.effect === undefined ? {} : { effect: gate.effect }),
  };
  if (first === undefined)
    return { ...base, verdict: 'inconclusive', because: `gate ${name}: the series has no point` };
  if (gate.maxAgeMs !== undefined && gap > gate.maxAgeMs) {
    const because = `gate ${name}: ${gap / 1000} s without a point, expected at most ${gate.maxAgeMs / 1000} s`;
    return { ...base, verdict: 'inconclusive', because };
  }
  const { because, ...conclusion } = judges[gate.test](judged);
  return { ...base, ...conclusion, because: `gate ${name}: ${because}` };
};

type Conclusion = Omit<SeriesJudgement, 'gate' | 'test' | 'window'>;

/** Measurement for measurement, each of as many points as it takes to have `minRequests`. */
const byThreshold = ({ name, gate, series }: JudgedSeries): Conclusion => {
  const measured = pointsPerMeasurement(series, gate.minRequests).map((each) => judgeMeasured(name, gate, each));
  const limits: RunLimits = { ...gate.limits, count: gate.limits.count ?? measured.length };
  const standing = assessRun(
    limits,
    measured.map(({ verdict }) => verdict),
    true,
  );
  const { state } = standing;
  const verdict: Verdict = state === 'running' || state === 'cancelled' ? 'inconclusive' : state;
  const telling = measured.find((each) => each.verdict === verdict) ?? measured.at(-1);
  const { value, threshold, samples } = telling ?? {};
  return {
    verdict,
    because: `${standing.because}; ${telling?.because ?? 'no measurement'}`,
    ...(value === undefined ? {} : { value }),
    ...(threshold === undefined ? {} : { threshold }),
    ...(samples === undefined ? {} : { samples }),
  };
};

const judgeMeasured = (name: string, gate: SeriesGate, measured: Measured): Judgement => {
  const { failAbove, failBelow, minRequests } = gate;
  const spec: MetricGate = {
    kind: 'metric',
    source: 'series',
    query: 'value' in measured.found ? { value: name } : { errors: name, requests: name },
    ...(failAbove === undefined ? {} : { failAbove }),
    ...(failBelow === undefined ? {} : { failBelow }),
    minRequests,
    intervalMs: 1,
    maxAgeMs: 1,
    ...(gate.test === 'sequential' ? { test: { kind: 'sequential', level: gate.level, of: 1 } } : {}),
  };
  const now = { selector: 'the series', seconds: { kind: 'value', value: 0, at: measured.to } } as const;
  const judgement = assessMetric(spec, {
    gate: name,
    target: 'series',
    query: name,
    source: 'series',
    window: { from: measured.to, to: measured.to },
    found: measured.found,
    ages: [now],
  });
  return { ...judgement, because: judgement.because.slice(`gate ${name} on series: `.length) };
};

/** All counts up to each point, at each point: the first that fails is final, since evidence that was enough stays enough. */
const bySequence = ({ name, gate, series }: JudgedSeries): Conclusion => {
  const sums = runningSums(series);
  const judged = sums.map((sum) => judgeMeasured(name, gate, sum));
  const broken = judged.find(({ verdict }) => verdict === 'fail' || verdict === 'error');
  const telling = broken ?? judged.at(-1);
  if (telling === undefined) return { verdict: 'inconclusive', because: 'nothing was counted' };
  const missing = series.length - sums.length;
  const verdict = broken === undefined && missing > 0 ? 'inconclusive' : telling.verdict;
  const unsure = missing > 0 ? `; ${missing} points have no counts` : '';
  const { value, threshold, samples } = telling;
  return {
    verdict,
    because: telling.because + unsure,
    ...(value === undefined ? {} : { value }),
    ...(threshold === undefined ? {} : { threshold }),
    ...(samples === undefined ? {} : { samples }),
  };
};

const runningSums = (series: readonly Point[]): readonly Measured[] => {
  let [errors, requests] = [0, 0];
  return series.flatMap((point) => {
    const counts = countsOf(point);
    if (counts === undefined) return [];
    errors += counts.failures;
    requests += counts.requests;
    const [failed, asked] = [errors, requests].map((value) => ({ kind: 'value', value, at: point.at }) as const);
    return failed && asked ? [{ to: point.at, found: { errors: failed, requests: asked } }] : [];
  });
};

const byObjective = ({ gate, series }: JudgedSeries): Conclusion => {
  const counts = totalOf(series);
  if (counts === undefined) return { verdict: 'inconclusive', because: 'some points have no whole counts' };
  const allowed = gate.failAbove ?? 0;
  const { state, upper, lower, stillNeeded } = assessObjective(counts, allowed, gate.confidence);
  const verdict = ({ met: 'pass', broken: 'fail', unknown: 'inconclusive' } as const)[state];
  const shown = `${counts.failures} of ${counts.requests} failed, a share of ${rounded(lower)} to ${rounded(upper)}`;
  const needed = stillNeeded === 0 ? '' : `, ${stillNeeded} more clean requests would show it`;
  return {
    verdict,
    because: `at most ${allowed} is ${state}: ${shown} (each bound with ${gate.confidence * 100} %)${needed}`,
    ...(counts.requests === 0 ? {} : { value: counts.failures / counts.requests }),
    threshold: allowed,
    samples: counts.requests,
    stillNeeded,
  };
};

const byComparison = ({ gate, series, baseline = [] }: JudgedSeries): Conclusion => {
  if (series.some((point) => 'requests' in point)) return compareCounts(gate, series, baseline);
  const valuesOf = (points: readonly Point[]) =>
    points.map((point) => ('value' in point && point.value.kind === 'value' ? point.value.value : Number.NaN));
  const { bad, mostRise, mostExceeds, mostDeviations } = gate;
  const rules = {
    ...DEFAULT_SHIFT_RULES,
    ...{ bad, mostRise },
    ...(mostExceeds === undefined ? {} : { mostExceeds }),
    ...(mostDeviations === undefined ? {} : { mostDeviations }),
  };
  const { verdict, because, shift } = assessShift(valuesOf(series), valuesOf(baseline), rules);
  return { verdict, because, ...(shift === undefined ? {} : { value: shift.estimate }), samples: series.length };
};

const compareCounts = (gate: SeriesGate, series: readonly Point[], baseline: readonly Point[]): Conclusion => {
  const [fresh, old] = [totalOf(series), totalOf(baseline)];
  if (fresh === undefined || old === undefined)
    return { verdict: 'inconclusive', because: 'some points have no whole counts' };
  const { level, mostRise, minRequests } = gate;
  const windows = {
    fresh: series.flatMap((point) => countsOf(point) ?? []),
    baseline: baseline.flatMap((point) => countsOf(point) ?? []),
  };
  const clusters = clustersOf(windows.baseline);
  const { p, ...standing } = assessCountShift(fresh, old, { level, mostRise, minRequests }, { windows, clusters });
  return { ...standing, ...(p === undefined ? {} : { value: p }), threshold: level, samples: fresh.requests };
};

/** What is judged by windows of counts must know every count in them. */
const byCounts =
  (judge: (points: readonly CountedPoint[], gate: SeriesGate) => Conclusion) =>
  ({ gate, series }: JudgedSeries): Conclusion => {
    const points = series.flatMap((point) => {
      const counts = countsOf(point);
      return counts === undefined ? [] : [{ at: point.at, ...counts }];
    });
    if (points.length < series.length) return { verdict: 'inconclusive', because: 'some points have no whole counts' };
    return judge(points, gate);
  };

const judges: Readonly<Record<SeriesGate['test'], (judged: JudgedSeries) => Conclusion>> = {
  threshold: byThreshold,
  sequential: bySequence,
  objective: byObjective,
  burn: byCounts((points, gate) => judgeBurn(points, gate.failAbove ?? 0)),
  budget: byCounts((points, gate) => judgeBudget(points, gate.failAbove ?? 0, gate)),
  compare: byComparison,
};

const countsOf = (point: Point): Counts | undefined => {
  if (!('requests' in point) || point.requests.kind !== 'value' || point.errors.kind !== 'value') return undefined;
  const counts = { requests: Math.round(point.requests.value), failures: Math.round(point.errors.value) };
  const isSound = Number.isSafeInteger(counts.requests) && counts.failures >= 0 && counts.failures <= counts.requests;
  return isSound ? counts : undefined;
};

const totalOf = (series: readonly Point[]): Counts | undefined => {
  const counts = series.map(countsOf);
  if (counts.length === 0) return undefined;
  return counts.reduce(
    (sum, each) => sum && each && { requests: sum.requests + each.requests, failures: sum.failures + each.failures },
    { requests: 0, failures: 0 },
  );
};

const longestGap = (series: readonly Point[]): number =>
  Math.max(0, ...series.slice(1).map(({ at }, index) => at - (series[index]?.at ?? at)));

const rounded = (value: number): string => String(Number(value.toPrecision(4)));
