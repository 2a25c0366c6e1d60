import type { Comparison } from '../rollout/gate.ts';
import type { Target } from '../rollout/target.ts';
import type { Judgement, Verdict } from '../rollout/verdict.ts';
import { assessCountShift } from './assess-count-shift.ts';
import { assessShift, DEFAULT_SHIFT_RULES, type ShiftStanding } from './assess-shift.ts';
import type { Counts } from './counts.ts';
import { sharedRise, sharedShift } from './difference.ts';
import { fillQuery } from './fill-query.ts';
import { type MetricOrder, measureWindow, readerOf } from './measure-metric.ts';
import { NO_SERIES, type Sample } from './sample.ts';
import type { Series, Span, StoreOutside, StoreReader } from './stores/reading.ts';
import type { StoreTools } from './stores/store-tools.ts';

/** A metric gate on one target that is compared with a baseline when its wave is left. */
export interface ComparisonOrder extends Omit<MetricOrder, 'at'> {
  readonly comparison: Comparison;
  /** The last write: from then on it is compared. */
  readonly since: number;
  /** Just before the first write. */
  readonly before: number;
  /** Targets that the rollout has not written to. */
  readonly others: readonly Target[];
}

/** One stretch of the baseline: a target and when it ends. */
interface Side {
  readonly target: Target;
  readonly at: number;
}

const WEEK_MS = 7 * 24 * 3_600_000;
const WEEKS = [1, 2, 3] as const;
/** Windows of counts a side: enough for rare errors, few enough questions. */
const MOST_WINDOWS = 10;
/** Values a side, as Spinnaker's guidance asks for at least 50. */
const POINTS = 60;
/** Of a store that has no query over a range. */
const POINTS_ONE_BY_ONE = 20;
/** Longer than this nothing is compared: what came before is less and less alike. */
const LONGEST_MS = 3_600_000;

/**
 * Compares what a gate measures since the last write with its baseline: errors by the exact conditional test, values by the rank test
 * widened by autocorrelation. Reads only. What can not be had is inconclusive: no baseline is never a pass.
 */
export const compareMetric = async (
  order: ComparisonOrder,
  outside: StoreOutside,
  tools: StoreTools,
  signal: AbortSignal,
): Promise<Judgement> => {
  const ask: Ask = { order, outside, tools, signal };
  const now = outside.clock.now();
  const { judgement } = await measureWindow(order, outside, tools, signal);
  const { verdict, because, ...numbers } =
    'value' in order.gate.query ? await compareValues(ask, now) : await compareCounts(ask, now);
  const subject = `gate ${order.name} on ${order.target.name}: compared with ${nameOf(order)}: ${because}`;
  return { ...judgement, verdict, because: subject, window: { from: order.since, to: now }, ...numbers };
};

interface Ask {
  readonly order: ComparisonOrder;
  readonly outside: StoreOutside;
  readonly tools: StoreTools;
  readonly signal: AbortSignal;
}

type Compared = Pick<Judgement, 'because' | 'value' | 'threshold' | 'samples'> & { readonly verdict: Verdict };

const nameOf = ({ comparison, others }: ComparisonOrder): string => {
  if (comparison.baseline === 'last-week') return 'the middle one of three weeks';
  if (comparison.baseline === 'before') return 'before';
  if (comparison.baseline === 'difference' && others.length > 0)
    return `before, less what changed on ${others.length} others`;
  return others.length === 0 ? 'before, as no other target is left' : `${others.length} others`;
};

/** The stretches of a baseline; of weeks each stands for itself. */
const sidesOf = (
  { comparison, target, others, before }: ComparisonOrder,
  now: number,
): readonly (readonly Side[])[] => {
  if (comparison.baseline === 'last-week') return WEEKS.map((weeks) => [{ target, at: now - weeks * WEEK_MS }]);
  if (comparison.baseline === 'others' && others.length > 0)
    return [others.map((other) => ({ target: other, at: now }))];
  return [[{ target, at: before }]];
};

const compareCounts = async (ask: Ask, now: number): Promise<Compared> => {
  const { comparison, gate, target, since } = ask.order;
  const fresh = await countsOver(ask, { target, at: now }, now - since);
  if (fresh.length === 0) return { verdict: 'inconclusive', because: 'nothing was counted since the last write' };
  const baselines: (readonly (readonly Counts[])[])[] = [];
  for (const sides of sidesOf(ask.order, now)) baselines.push(await countAll(ask, sides, now - since));
  const baseline = middleOf(
    baselines.filter((sides) => sum(sides.flat()).requests > 0),
    (sides) => shareOf(sum(sides.flat())),
    baselines.length,
  );
  if (baseline === undefined) return { verdict: 'inconclusive', because: 'the baseline was not counted' };
  const change = await changeOfOthers(ask, now);
  if (change === undefined) return { verdict: 'inconclusive', because: 'the others were not counted before and since' };
  const level = comparison.level / comparison.of / change.parts;
  const mostRise = comparison.mostRise * change.rise;
  const rules = { level, mostRise, minRequests: gate.minRequests };
  const total = sum(fresh);
  const { verdict, because, p } = assessCountShift(total, sum(baseline.flat()), rules, {
    fresh,
    baseline: baseline.flat(),
  });
  return {
    verdict,
    because: `${because}${change.said}`,
    ...(p === undefined ? {} : { value: p }),
    threshold: level,
    samples: total.requests,
  };
};

/** What each side of a baseline counted, window for window. */
const countAll = async (ask: Ask, sides: readonly Side[], spanMs: number): Promise<readonly (readonly Counts[])[]> => {
  const counted: (readonly Counts[])[] = [];
  for (const side of sides) counted.push(await countsOver(ask, side, spanMs));
  return counted;
};

/** What may have changed on all targets alike, and how it is said; `parts`: in how many the level is shared. */
interface Change {
  readonly rise: number;
  readonly parts: 1 | 2;
  readonly said: string;
}
const NO_CHANGE: Change = { rise: 1, parts: 1, said: '' };

/**
 * Of a difference of differences, by how many times the share of failures may have risen on the others meanwhile. Half of the level is for
 * that bound, half for the test that takes it as given (Berger and Boos 1994).
 */
const changeOfOthers = async (ask: Ask, now: number): Promise<Change | undefined> => {
  const { comparison, others, before, since } = ask.order;
  if (comparison.baseline !== 'difference' || others.length === 0) return NO_CHANGE;
  const sides = (at: number) => others.map((target) => ({ target, at }));
  const [after, earlier] = [
    sum((await countAll(ask, sides(now), now - since)).flat()),
    sum((await countAll(ask, sides(before), now - since)).flat()),
  ];
  if (after.requests === 0 || earlier.requests === 0) return undefined;
  const rise = sharedRise(after, earlier, 1 - comparison.level / comparison.of / 2);
  return { rise, parts: 2, said: `; on the others it may have risen ${Number(rise.toPrecision(3))} times meanwhile` };
};

const shareOf = ({ requests, failures }: Counts): number => failures / requests;

const NOTHING: Counts = { requests: 0, failures: 0 };

const sum = (all: readonly Counts[]): Counts =>
  all.reduce(
    (total, { requests, failures }) => ({
      requests: total.requests + requests,
      failures: total.failures + failures,
    }),
    NOTHING,
  );

/** What a target counted in the windows that end at a moment and fit into so long before it; the last one always. */
const countsOver = async (
  { order, outside, tools, signal }: Ask,
  side: Side,
  spanMs: number,
): Promise<readonly Counts[]> => {
  const counted: Counts[] = [];
  let at = side.at;
  while (counted.length < MOST_WINDOWS) {
    const { counts } = await measureWindow({ ...order, target: side.target, at }, outside, tools, signal);
    if (counts === undefined || counts.to <= counts.from) break;
    if (counted.length > 0 && counts.from < side.at - spanMs) break;
    counted.push(counts);
    at = counts.from;
  }
  return counted;
};

const compareValues = async (ask: Ask, now: number): Promise<Compared> => {
  const { comparison, target, since } = ask.order;
  const spanMs = Math.min(now - since, LONGEST_MS);
  const fresh = await valuesOver(ask, { target, at: now }, spanMs);
  if ('missing' in fresh)
    return { verdict: 'inconclusive', because: `no values since the last write (${fresh.missing.reason})` };
  const baselines: (readonly number[])[] = [];
  let missing = 'none was asked for';
  for (const sides of sidesOf(ask.order, now)) {
    const values: number[] = [];
    for (const side of sides) {
      const found = await valuesOver(ask, side, spanMs);
      if ('missing' in found) missing = found.missing.reason;
      else values.push(...found.values);
    }
    if (values.length > 0) baselines.push(values);
  }
  const asked = comparison.baseline === 'last-week' ? WEEKS.length : 1;
  const baseline = middleOf(baselines, median, asked);
  if (baseline === undefined) return { verdict: 'inconclusive', because: `no values of the baseline (${missing})` };
  const moved = await shiftOfOthers(ask, now, spanMs);
  if (moved === undefined) return { verdict: 'inconclusive', because: 'no values of the others before and since' };
  const tail = comparison.level / comparison.of / moved.parts;
  const { bad, mostRise } = comparison;
  const judged = (bad === 'either' ? (['higher', 'lower'] as const) : [bad]).map((way) => {
    const confidence = 1 - (bad === 'either' ? 1 : 2) * tail;
    const rules = { ...DEFAULT_SHIFT_RULES, bad: way, confidence, mostRise, mostFall: 1 / mostRise };
    const allowed = way === 'higher' ? moved.rise : -moved.fall;
    return assessShift(
      fresh.values.map((value) => value - allowed),
      baseline,
      rules,
    );
  });
  const { verdict, because, shift } = judged.find((each) => each.verdict !== 'pass') ?? judged[0] ?? NOT_JUDGED;
  return {
    verdict,
    because: `${because}${moved.said}`,
    ...(shift === undefined ? {} : { value: shift.estimate }),
    threshold: 0,
    samples: fresh.values.length,
  };
};

const NOT_JUDGED: ShiftStanding = { verdict: 'inconclusive', because: 'no way is bad' };

/** Of a difference of differences, by how much values may have moved on the others meanwhile, either way. */
const shiftOfOthers = async (
  ask: Ask,
  now: number,
  spanMs: number,
): Promise<
  { readonly rise: number; readonly fall: number; readonly parts: 1 | 2; readonly said: string } | undefined
> => {
  const { comparison, others, before } = ask.order;
  if (comparison.baseline !== 'difference' || others.length === 0) return { ...NO_CHANGE, rise: 0, fall: 0 };
  const valuesAt = async (at: number): Promise<readonly number[]> => {
    const values: number[] = [];
    for (const target of others) {
      const found = await valuesOver(ask, { target, at }, spanMs);
      if ('values' in found) values.push(...found.values);
    }
    return values;
  };
  const [after, earlier] = [await valuesAt(now), await valuesAt(before)];
  if (after.length === 0 || earlier.length === 0) return undefined;
  const { rise, fall } = sharedShift(after, earlier, 1 - comparison.level / comparison.of / 2);
  if (!Number.isFinite(rise) || !Number.isFinite(fall)) return undefined;
  const rounded = [rise, -fall].map((value) => Number(value.toPrecision(3)));
  return {
    rise,
    fall,
    parts: 2,
    said: `; on the others it may have moved by ${rounded[1]} to ${rounded[0]} meanwhile`,
  };
};

/** Values of a target in the stretch that ends at a moment. A query that looks back is asked from where it no longer sees what was before. */
const valuesOver = async ({ order, outside, tools, signal }: Ask, side: Side, spanMs: number): Promise<Series> => {
  const { gate, source } = order;
  const reader = readerOf({ gate, source, target: side.target, at: side.at }, outside, tools, signal);
  if (!('value' in gate.query))
    return { missing: { kind: 'error', reason: 'this store can not be asked for values over a time' } };
  const query = fillQuery(gate.query.value, side.target, reader.language);
  const { window } = await reader.read([query]);
  const from = side.at - spanMs + (window.to - window.from);
  if (from >= side.at) return { missing: { kind: 'nodata', reason: 'the query looks back beyond the last write' } };
  const span: Span = { from, to: side.at, stepMs: Math.max(1_000, (side.at - from) / (POINTS - 1)) };
  return reader.series === undefined ? readEach(reader, query, span) : reader.series(query, span);
};

/** Values at moments of a stretch, of a store that is asked for one at a time: windows that do not overlap, twenty at most. */
const readEach = async (reader: StoreReader, query: string, { from, to }: Span): Promise<Series> => {
  if (reader.asOf === undefined)
    return { missing: { kind: 'error', reason: 'this store can not be asked for values over a time' } };
  const { window } = await reader.read([query]);
  const step = Math.max((to - from) / (POINTS_ONE_BY_ONE - 1), window.to - window.from, 1_000);
  const values: number[] = [];
  let missing: Exclude<Sample, { kind: 'value' }> = { kind: 'nodata', reason: NO_SERIES };
  for (let at = to; at >= from; at -= step) {
    const { readings } = await reader.asOf(at).read([query]);
    const sample = readings[0]?.sample;
    if (sample?.kind === 'value') values.unshift(sample.value);
    else if (sample?.kind === 'error') return { missing: sample };
    else if (sample !== undefined) missing = sample;
  }
  return values.length === 0 ? { missing } : { values };
};

/** The one in the middle, or the only one; `undefined` unless there are as many as were asked for. */
const middleOf = <Item>(items: readonly Item[], by: (item: Item) => number, asked: number): Item | undefined =>
  items.length < asked ? undefined : items.toSorted((a, b) => by(a) - by(b))[Math.floor(items.length / 2)];

const median = (values: readonly number[]): number => middleOf(values, (value) => value, 1) ?? Number.NaN;
