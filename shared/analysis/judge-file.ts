import { z } from 'zod';
import { DEFAULT_RUN_LIMITS } from '../rollout/assess-run.ts';
import type { RunLimits } from '../rollout/gate.ts';
import { DEFAULT_SCORE_RULES, type ScoreRules } from './assess-score.ts';
import type { JudgedSeries } from './judge-series.ts';
import type { Point } from './measured-points.ts';
import { nodata, type Sample } from './sample.ts';

/** The rules a series is judged by, in milliseconds and with every default filled in. */
export interface SeriesGate {
  readonly test: SeriesTest;
  readonly failAbove?: number;
  readonly failBelow?: number;
  readonly minRequests: number;
  readonly maxAgeMs?: number;
  readonly limits: RunLimits;
  readonly level: number;
  readonly confidence: number;
  readonly bad: 'higher' | 'lower' | 'either';
  readonly mostRise: number;
  readonly mostExceeds?: number;
  readonly mostDeviations?: number;
  /** A budget: the time it is of, and the part that must be left. */
  readonly windowMs: number;
  readonly atLeast: number;
  /** In a rollout it would stop nothing. */
  readonly effect?: 'report';
}

/** By what rules a series is judged. */
const SERIES_TESTS = ['threshold', 'sequential', 'objective', 'burn', 'budget', 'compare'] as const;
export type SeriesTest = (typeof SERIES_TESTS)[number];

/** What a judge file holds: one series, or several that are weighed into one score. */
export type JudgeFile =
  | { readonly one: JudgedSeries }
  | { readonly name: string; readonly rules: ScoreRules; readonly metrics: readonly ScoredSeries[] };

/** A series of a score: how it is judged, and what it weighs. */
export interface ScoredSeries {
  readonly judged: JudgedSeries;
  readonly group: string;
  readonly critical: boolean;
}

/** Epoch milliseconds, or RFC 3339. */
const moment = z
  .union([z.int().min(0), z.iso.datetime({ offset: true })])
  .transform((at) => (typeof at === 'number' ? at : Date.parse(at)));
/** JSON has no NaN and no Infinity: they are written as text, and what is not there as null. */
const number = z.union([z.number(), z.null(), z.enum(['NaN', '+Inf', '-Inf'])]);
const point = z.union(
  [z.strictObject({ at: moment, value: number }), z.strictObject({ at: moment, requests: number, errors: number })],
  {
    error:
      'expected at (RFC 3339 with its zone, or milliseconds) and either value or requests and errors: numbers, null, "NaN", "+Inf" or "-Inf"',
  },
);
const limit = z.int().min(0);
const probability = z.number().gt(0).lt(1);
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const duration = z
  .string()
  .regex(/^[1-9]\d{0,8}(ms|s|m|h|d)$/, 'expected a duration such as 30s or 5m')
  .transform((text) => Number.parseInt(text, 10) * (UNITS[text.replace(/\d+/, '')] ?? Number.NaN));

/** A part of one, or a percentage of it. */
const share = z
  .union([z.number(), z.string().regex(/^\d{1,3}(\.\d+)?%$/, 'expected a share such as 0.1 or "10%"')])
  .transform((written) => (typeof written === 'number' ? written : Number(written.slice(0, -1)) / 100));

const rules = z.strictObject({
  name: z.string().min(1).optional(),
  /** As an entry of `gates` has it: where it would be asked. Nothing is asked here. */
  metric: z.unknown().optional(),
  interval: duration.optional(),
  failAbove: z.number().optional(),
  failBelow: z.number().optional(),
  minRequests: z.int().min(1).default(1),
  maxAge: duration.optional(),
  test: z.enum(SERIES_TESTS).default('threshold'),
  level: probability.default(0.05),
  confidence: probability.default(0.95),
  bad: z.enum(['higher', 'lower', 'either']).default('higher'),
  mostRise: z.number().min(0).default(1),
  mostExceeds: z.number().min(0.5).max(1).optional(),
  mostDeviations: z.number().min(0).optional(),
  /** As an entry of `gates` names it; the points of it are those of `baseline` beside the series. */
  baseline: z.enum(['before', 'others', 'last-week']).optional(),
  window: duration.default(30 * 86_400_000),
  atLeast: share.default(0),
  effect: z.enum(['block', 'report']).default('block'),
  count: z.int().min(1).optional(),
  failureLimit: z.int().min(-1).default(DEFAULT_RUN_LIMITS.failureLimit),
  inconclusiveLimit: limit.default(DEFAULT_RUN_LIMITS.inconclusiveLimit),
  consecutiveErrorLimit: limit.default(DEFAULT_RUN_LIMITS.consecutiveErrorLimit),
  consecutiveSuccessLimit: limit.default(DEFAULT_RUN_LIMITS.consecutiveSuccessLimit),
});

const points = { series: z.array(point), baseline: z.array(point).optional() };
const file = z.strictObject({ gate: rules, ...points });
const weight = z.number().min(0).max(100);
const scoreFile = z.strictObject({
  gate: z.strictObject({
    name: z.string().min(1).optional(),
    test: z.literal('score'),
    pass: weight.default(DEFAULT_SCORE_RULES.pass),
    marginal: weight.default(DEFAULT_SCORE_RULES.marginal),
    groups: z.record(z.string(), weight).default({}),
  }),
  metrics: z
    .array(
      z.strictObject({
        gate: rules.extend({ name: z.string().min(1) }),
        group: z.string().min(1).optional(),
        critical: z.boolean().default(false),
        ...points,
      }),
    )
    .min(1),
});

/** A file that can not be judged by, and everything that is wrong with it. */
export class JudgeFileUnreadable extends Error {
  override readonly name = 'JudgeFileUnreadable';
  constructor(problems: readonly string[]) {
    const expected =
      '{gate, series: [{at, value | requests, errors}], baseline?}, or {gate: {test: score}, metrics: [{gate, group?, critical?, series, …}]}';
    super(`judge file: ${problems.join('; ')}; expected ${expected}`);
  }
}

/** Reads what `tidegate judge` is given. Points are put in the order of time. Throws `JudgeFileUnreadable`. */
export const parseJudgeFile = (text: string): JudgeFile => {
  let document: unknown;
  try {
    // Some editors and shells begin a file with a byte order mark.
    document = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new JudgeFileUnreadable(['it is no JSON']);
  }
  if (!isScore(document)) return { one: judgedOf(parsed(file, document), '') };
  const { gate, metrics } = parsed(scoreFile, document);
  const names = metrics.map((metric) => metric.gate.name);
  if (new Set(names).size < names.length) throw new JudgeFileUnreadable(['metrics: two have the same name']);
  const taken = Object.values(gate.groups).reduce((sum, each) => sum + each, 0);
  if (taken > 100) throw new JudgeFileUnreadable([`gate.groups: weights of ${taken}, expected at most 100 together`]);
  if (gate.marginal > gate.pass) throw new JudgeFileUnreadable(['gate: marginal is above pass']);
  return {
    name: gate.name ?? 'gate',
    rules: { pass: gate.pass, marginal: gate.marginal, weights: gate.groups },
    metrics: metrics.map((metric, index) => ({
      judged: judgedOf(metric, `metrics.${index}.`),
      group: metric.group ?? metric.gate.name,
      critical: metric.critical,
    })),
  };
};

const isScore = (document: unknown): boolean => {
  const gate: unknown = typeof document === 'object' && document !== null ? Reflect.get(document, 'gate') : undefined;
  return typeof gate === 'object' && gate !== null && Reflect.get(gate, 'test') === 'score';
};

const parsed = <Schema extends z.ZodType>(schema: Schema, document: unknown): z.output<Schema> => {
  const result = schema.safeParse(document);
  if (result.success) return result.data;
  const problems = result.error.issues
    .slice(0, 10)
    .map(({ path, message }) => `${path.join('.') || 'file'}: ${message}`);
  throw new JudgeFileUnreadable(problems);
};

const judgedOf = ({ gate, series, baseline }: z.output<typeof file>, at: string): JudgedSeries => {
  const problems = [
    ...checkRules(gate, series, baseline),
    ...checkPoints('series', series),
    ...checkPoints('baseline', baseline ?? []),
  ];
  if (problems.length > 0) throw new JudgeFileUnreadable(problems.map((problem) => at + problem));
  return {
    name: gate.name ?? 'gate',
    gate: gateOf(gate),
    series: series.map(pointOf).sort((a, b) => a.at - b.at),
    ...(baseline === undefined ? {} : { baseline: baseline.map(pointOf).sort((a, b) => a.at - b.at) }),
  };
};

type Rules = z.output<typeof rules>;
type WrittenPoint = z.output<typeof point>;

/** Tests of a share of requests that failed, against `failAbove`. */
const OF_COUNTS: readonly SeriesTest[] = ['sequential', 'objective', 'burn', 'budget'];

const checkRules = (
  written: Rules,
  series: readonly WrittenPoint[],
  baseline: readonly WrittenPoint[] | undefined,
): readonly string[] => {
  const { test, failAbove, failBelow, failureLimit, consecutiveSuccessLimit, atLeast } = written;
  const hasValues = series.some((each) => 'value' in each);
  const isShare = failAbove !== undefined && failAbove > 0 && failAbove < 1;
  return [
    ...(test === 'threshold' && failAbove === undefined && failBelow === undefined
      ? ['gate: there is no threshold; without failAbove or failBelow it would never fail']
      : []),
    ...((failBelow ?? -Infinity) >= (failAbove ?? Infinity)
      ? ['gate: failBelow is not less than failAbove: every value fails']
      : []),
    ...(failureLimit < 0 && consecutiveSuccessLimit === 0
      ? ['gate: with failureLimit -1 failures alone never fail it; consecutiveSuccessLimit must']
      : []),
    ...(OF_COUNTS.includes(test) && !isShare ? [`gate: ${test} needs failAbove, a share between 0 and 1`] : []),
    ...(OF_COUNTS.includes(test) && hasValues ? [`series: ${test} needs requests and errors, not values`] : []),
    ...(atLeast >= 0 && atLeast < 1 ? [] : ['gate: atLeast is a part of the budget, from 0 to below 1']),
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
  const { mostExceeds, mostDeviations, window: windowMs, atLeast, effect } = written;
  const { failureLimit, inconclusiveLimit, consecutiveErrorLimit, consecutiveSuccessLimit } = written;
  const limits = { failureLimit, inconclusiveLimit, consecutiveErrorLimit, consecutiveSuccessLimit };
  return {
    ...{ test, minRequests, level, confidence, bad, mostRise, windowMs, atLeast },
    ...(mostExceeds === undefined ? {} : { mostExceeds }),
    ...(mostDeviations === undefined ? {} : { mostDeviations }),
    ...(effect === 'report' ? { effect } : {}),
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
