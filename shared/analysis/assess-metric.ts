import { type MetricGate, weighsEvidence } from '../rollout/gate.ts';
import type { Judgement, Verdict } from '../rollout/verdict.ts';
import type { Counts } from './counts.ts';
import type { Sample } from './sample.ts';
import { weighCounts } from './weigh-counts.ts';

/** What was measured for one gate on one target. */
export interface Measurement {
  readonly gate: string;
  readonly target: string;
  /** The queries that were asked, placeholders filled in. */
  readonly query: string;
  readonly source: string;
  readonly window: { readonly from: number; readonly to: number };
  /** One value, or two counts. */
  readonly found: { readonly value: Sample } | { readonly errors: Sample; readonly requests: Sample };
  /** Age of the newest point of each selector the value depends on. */
  readonly ages: readonly Age[];
  /** Points or series that a value is made of, where the store tells. */
  readonly points?: number;
  /** Said of what was found, as where a count had no series and is known to be 0. */
  readonly note?: string;
}

/** How old, in seconds, the newest point of a selector is. */
export interface Age {
  readonly selector: string;
  readonly seconds: Sample;
}

/** A conclusion in the making: its verdict, the sentence, and the number it was made of. */
interface Conclusion {
  readonly verdict: Verdict;
  readonly found: string;
  readonly value?: number;
  readonly threshold?: number;
  readonly samples?: number;
  readonly stillNeeded?: number;
}

/**
 * Judges one measurement. Only a finite number within the thresholds, made of points that are young enough, passes: no data, old
 * data and too few requests are inconclusive, Infinity fails, and what could not be asked or understood is an error.
 */
export const assessMetric = (gate: MetricGate, measurement: Measurement): Judgement => {
  const { gate: name, target, query, source, window } = measurement;
  const { verdict, found, ...numbers } = assessAges(measurement.ages, gate) ?? assessFound(measurement, gate);
  const span = window.to > window.from ? ` over ${(window.to - window.from) / 1000} s` : '';
  const because = `gate ${name} on ${target}: ${found}${span}`;
  const read = numbersOf(measurement, gate);
  return { gate: name, kind: 'metric', target, verdict, because, query, source, window, ...read, ...numbers };
};

/**
 * Judges what several windows that do not overlap counted together, by the same rules as one of them. `last`: what the newest window was
 * judged, which says where it was asked. Of a sequential gate all of its level but the looks: evidence that adds up has no looks.
 */
export const assessPooled = (
  gate: MetricGate,
  pooled: Counts & { readonly from: number; readonly to: number },
  last: Judgement,
): Judgement => {
  const of = (value: number): Sample => ({ kind: 'value', value, at: pooled.to });
  const test = weighsEvidence(gate.test) ? { test: { ...gate.test, looks: 1 } } : {};
  const { verdict, found, ...numbers } = assessCounts(of(pooled.failures), of(pooled.requests), { ...gate, ...test });
  const window = { from: pooled.from, to: pooled.to };
  const subject = `gate ${last.gate}${last.target === undefined ? '' : ` on ${last.target}`}`;
  const because = `${subject}: ${found} over ${(window.to - window.from) / 1000} s since the last write`;
  return { ...last, verdict, because, window, samples: pooled.requests, ...numbers };
};

/** What was read and what was asked for, whatever was concluded from it: a verdict that is not a pass must be believed by its numbers. */
const numbersOf = (
  { found, points }: Measurement,
  { failAbove, failBelow }: MetricGate,
): Pick<Conclusion, 'value' | 'threshold' | 'samples'> => {
  const limit = failAbove ?? failBelow;
  const value =
    'value' in found
      ? finite(found.value)
      : (finite(found.errors) ?? Number.NaN) / (finite(found.requests) ?? Number.NaN);
  const samples = 'value' in found ? points : finite(found.requests);
  return {
    ...(value === undefined || !Number.isFinite(value) ? {} : { value }),
    ...(limit === undefined ? {} : { threshold: limit }),
    ...(samples === undefined ? {} : { samples }),
  };
};

const finite = (sample: Sample): number | undefined =>
  sample.kind === 'value' && Number.isFinite(sample.value) ? sample.value : undefined;

const assessAges = (ages: readonly Age[], gate: MetricGate): Conclusion | undefined => {
  if (ages.length === 0)
    return { verdict: 'error', found: 'the query reads no series, expected one that measures the target' };
  const judged = ages.map(({ selector, seconds }): Conclusion | undefined => {
    if (seconds.kind !== 'value') return unmeasured(seconds, `the newest point of ${selector}`);
    const limit = gate.maxAgeMs / 1000;
    if (Math.abs(seconds.value) <= limit) return undefined;
    // A clock that runs ahead would hide for as long that nothing is reported any more.
    const age = seconds.value < 0 ? `${rounded(-seconds.value)} s in the future` : `${rounded(seconds.value)} s old`;
    const found = `the newest point of ${selector} is ${age}, expected at most ${limit} s`;
    return { verdict: 'inconclusive', found };
  });
  const unsound = judged.filter((conclusion) => conclusion !== undefined);
  return unsound.find(({ verdict }) => verdict === 'error') ?? unsound[0];
};

const assessFound = ({ found, note }: Measurement, gate: MetricGate): Conclusion => {
  const conclusion =
    'value' in found ? assessValue(found.value, gate) : assessCounts(found.errors, found.requests, gate);
  return note === undefined ? conclusion : { ...conclusion, found: `${conclusion.found} (${note})` };
};

const assessValue = (sample: Sample, gate: MetricGate): Conclusion =>
  sample.kind === 'value' ? compare(sample.value, gate, 'value') : unmeasured(sample, 'the value');

const assessCounts = (errors: Sample, requests: Sample, gate: MetricGate): Conclusion => {
  if (requests.kind !== 'value') return unmeasured(requests, 'the count of requests');
  if (errors.kind === 'error') return unmeasured(errors, 'the count of errors');
  const evidence = assessEvidence(errors, requests, gate);
  if (evidence?.verdict === 'fail') return evidence;
  // Too little traffic says more than that it brought no errors.
  if (requests.value >= 0 && requests.value < gate.minRequests) {
    const found = `${rounded(requests.value)} requests, expected at least ${gate.minRequests} to judge by`;
    return { verdict: 'inconclusive', found, samples: requests.value };
  }
  if (errors.kind === 'nodata') return unmeasured(errors, 'the count of errors');
  const samples = requests.value;
  if (errors.value < 0 || samples < 0) {
    const found = `${rounded(errors.value)} errors of ${rounded(samples)} requests, expected counts`;
    return { verdict: 'error', found };
  }
  if (!Number.isFinite(samples) || !Number.isFinite(errors.value)) return compare(Infinity, gate, 'share of errors');
  if (errors.value > samples) {
    const found = `${rounded(errors.value)} errors of ${rounded(samples)} requests, expected no more errors than requests`;
    return { verdict: 'error', found };
  }
  if (evidence !== undefined) return evidence;
  const conclusion = compare(errors.value / samples, gate, 'share of errors');
  const counts = `${rounded(errors.value)} errors of ${rounded(samples)} requests, `;
  return { ...conclusion, found: counts + conclusion.found, samples };
};

/** By the evidence, where the gate asks for it and there are two counts. Those that a store extrapolates are rounded. */
const assessEvidence = (errors: Sample, requests: Sample, gate: MetricGate): Conclusion | undefined => {
  if (!weighsEvidence(gate.test) || gate.failAbove === undefined) return undefined;
  if (errors.kind !== 'value' || requests.kind !== 'value') return undefined;
  const counts = { requests: Math.round(requests.value), failures: Math.round(errors.value) };
  const isCount = Number.isSafeInteger(counts.requests) && counts.failures >= 0 && counts.failures <= counts.requests;
  if (!isCount || counts.requests === 0) return undefined;
  const { because, ...weighed } = weighCounts(counts, gate.failAbove, gate.test);
  const value = counts.failures / counts.requests;
  return { ...weighed, found: because, value, threshold: gate.failAbove, samples: counts.requests };
};

const unmeasured = (sample: Exclude<Sample, { kind: 'value' }>, subject: string): Conclusion =>
  sample.kind === 'nodata'
    ? { verdict: 'inconclusive', found: `no data for ${subject} (${sample.reason})` }
    : { verdict: 'error', found: `${subject} could not be read: ${sample.reason}` };

const compare = (value: number, { failAbove, failBelow }: MetricGate, subject: string): Conclusion => {
  const found = `${subject} ${rounded(value)}`;
  if (!Number.isFinite(value)) return { verdict: 'fail', found: `${found}, expected a finite number` };
  if (failAbove !== undefined && value > failAbove) {
    return { verdict: 'fail', found: `${found}, expected at most ${failAbove}`, value, threshold: failAbove };
  }
  if (failBelow !== undefined && value < failBelow) {
    return { verdict: 'fail', found: `${found}, expected at least ${failBelow}`, value, threshold: failBelow };
  }
  const threshold = failAbove ?? failBelow;
  if (threshold === undefined) return { verdict: 'error', found: `${found}, and the gate has no threshold`, value };
  const bounds = [
    ...(failBelow === undefined ? [] : [`at least ${failBelow}`]),
    ...(failAbove === undefined ? [] : [`at most ${failAbove}`]),
  ];
  return { verdict: 'pass', found: `${found}, within ${bounds.join(' and ')}`, value, threshold };
};

const rounded = (value: number): string => String(Number(value.toPrecision(6)));
