import { z } from 'zod';
import { DEFAULT_RUN_LIMITS } from '../rollout/assess-run.ts';
import type { RunLimits } from '../rollout/gate.ts';
import type { JudgedSeries } from './judge-series.ts';
import type { Point } from './measured-points.ts';
import { nodata, type Sample } from './sample.ts';

/** The rules a series is judged by, in milliseconds and with every default filled in. */
export interface SeriesGate {
  readonly test: 'threshold' | 'sequential' | 'objective' | 'compare';
  readonly failAbove?: number;
  readonly failBelow?: number;
  readonly minRequests: number;
  readonly maxAgeMs?: number;
  readonly limits: RunLimits;
  readonly level: number;
  readonly confidence: number;
  readonly bad: 'higher' | 'lower' | 'either';
  readonly mostRise: number;
}

/** Epoch milliseconds, or RFC 3339. */
const moment = z
  .union([z.int().min(0), z.iso.datetime({ offset: true })])
  .transform((at) => (typeof at === 'number' ? at : Date.parse(at)));
/** JSON has no NaN and no Infinity: they are written as text, and what is not there as null. */
const number = z.union([z.number(), z.null(), z.enum(['NaN', '+Inf', '-Inf'])]);
const point = z.union([
  z.strictObject({ at: moment, value: number }),
  z.strictObject({ at: moment, requests: number, errors: number }),
]);
const limit = z.int().min(0);
const probability = z.number().gt(0).lt(1);
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const duration = z
  .string()
  .regex(/^[1-9]\d{0,8}(ms|s|m|h|d)$/, 'expected a duration such as 30s or 5m')
  .transform((text) => Number.parseInt(text, 10) * (UNITS[text.replace(/\d+/, '')] ?? Number.NaN));

const rules = z.strictObject({
  name: z.string().min(1).optional(),
  /** As an entry of `gates` has it: where it would be asked. Nothing is asked here. */
  metric: z.unknown().optional(),
  interval: duration.optional(),
  failAbove: z.number().optional(),
  failBelow: z.number().optional(),
  minRequests: z.int().min(1).default(1),
  maxAge: duration.optional(),
  test: z.enum(['threshold', 'sequential', 'objective', 'compare']).default('threshold'),
  level: probability.default(0.05),
  confidence: probability.default(0.95),
  bad: z.enum(['higher', 'lower', 'either']).default('higher'),
  mostRise: z.number().min(0).default(1),
  count: z.int().min(1).optional(),
  failureLimit: z.int().min(-1).default(DEFAULT_RUN_LIMITS.failureLimit),
  inconclusiveLimit: limit.default(DEFAULT_RUN_LIMITS.inconclusiveLimit),
  consecutiveErrorLimit: limit.default(DEFAULT_RUN_LIMITS.consecutiveErrorLimit),
  consecutiveSuccessLimit: limit.default(DEFAULT_RUN_LIMITS.consecutiveSuccessLimit),
});

const file = z.strictObject({ gate: rules, series: z.array(point), baseline: z.array(point).optional() });

/** A file that can not be judged by, and everything that is wrong with it. */
export class JudgeFileUnreadable extends Error {
  override readonly name = 'JudgeFileUnreadable';
  constructor(problems: readonly string[]) {
    super(`judge file: ${problems.join('; ')}; expected {gate, series: [{at, value | requests, errors}], baseline?}`);
  }
}

/** Reads what `tidegate judge` is given. Points are put in the order of time. Throws `JudgeFileUnreadable`. */
export const parseJudgeFile = (text: string): JudgedSeries => {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new JudgeFileUnreadable(['it is no JSON']);
  }
  const parsed = file.safeParse(document);
  if (!parsed.success) {
    const problems = parsed.error.issues
      .slice(0, 10)
      .map(({ path, message }) => `${path.join('.') || 'file'}: ${message}`);
    throw new JudgeFileUnreadable(problems);
  }
  const { gate, series, baseline } = parsed.data;
  const problems = [
    ...checkRules(gate, series, baseline),
    ...checkPoints('series', series),
    ...checkPoints('baseline', baseline ?? []),
  ];
  if (problems.length > 0) throw new JudgeFileUnreadable(problems);
  return {
    name: gate.name ?? 'gate',
    gate: gateOf(gate),
    series: series.map(pointOf).sort((a, b) => a.at - b.at),
    ...(baseline === undefined ? {} : { baseline: baseline.map(pointOf).sort((a, b) => a.at - b.at) }),
  };
};

type Rules = z.output<typeof rules>;
type WrittenPoint = z.output<typeof point>;

const checkRules = (
  { test, failAbove, failBelow }: Rules,
  series: readonly WrittenPoint[],
  baseline: readonly WrittenPoint[] | undefined,
): readonly string[] => {
  const hasValues = series.some((each) => 'value' in each);
  const isShare = failAbove !== undefined && failAbove > 0 && failAbove < 1;
  return [
    ...(test === 'threshold' && failAbove === undefined && failBelow === undefined
      ? ['gate: there is no threshold; without failAbove or failBelow it would never fail']
      : []),
    ...((failBelow ?? -Infinity) >= (failAbove ?? Infinity)
      ? ['gate: failBelow is not less than failAbove: every value fails']
      : []),
    ...((test === 'sequential' || test === 'objective') && !isShare
      ? [`gate: ${test} needs failAbove, a share between 0 and 1`]
      : []),
    ...((test === 'sequential' || test === 'objective') && hasValues
      ? [`series: ${test} needs requests and errors, not values`]
      : []),
    ...(test === 'compare' && baseline === undefined ? ['baseline: compare needs one'] : []),
  ];
};

const checkPoints = (name: string, points: readonly WrittenPoint[]): readonly string[] => {
  const kinds = new Set(points.map((each) => 'value' in each));
  return [
    ...(kinds.size > 1 ? [`${name}: some points have values and some have counts`] : []),
    ...(new Set(points.map(({ at }) => at)).size < points.length ? [`${name}: two points have the same time`] : []),
  ];
};

const gateOf = (written: Rules): SeriesGate => {
  const { test, minRequests, level, confidence, bad, mostRise, failAbove, failBelow, maxAge, count } = written;
  const { failureLimit, inconclusiveLimit, consecutiveErrorLimit, consecutiveSuccessLimit } = written;
  const limits = { failureLimit, inconclusiveLimit, consecutiveErrorLimit, consecutiveSuccessLimit };
  return {
    ...{ test, minRequests, level, confidence, bad, mostRise },
    ...(failAbove === undefined ? {} : { failAbove }),
    ...(failBelow === undefined ? {} : { failBelow }),
    ...(maxAge === undefined ? {} : { maxAgeMs: maxAge }),
    limits: { ...limits, ...(count === undefined ? {} : { count }) },
  };
};

const pointOf = (written: WrittenPoint): Point => {
  const sampleOf = (found: z.output<typeof number>): Sample => {
    if (found === null) return nodata('null');
    if (found === 'NaN') return nodata('NaN');
    const value = found === '+Inf' ? Infinity : found === '-Inf' ? -Infinity : found;
    return { kind: 'value', value, at: written.at };
  };
  return 'value' in written
    ? { at: written.at, value: sampleOf(written.value) }
    : { at: written.at, requests: sampleOf(written.requests), errors: sampleOf(written.errors) };
};
