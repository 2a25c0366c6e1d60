import { assessShift, DEFAULT_SHIFT_RULES, type ShiftStanding } from './assess-shift.ts';
import { type Ask, type Compared, middleOf, type Side, sidesOf, WEEKS } from './comparison.ts';
import { sharedShift } from './difference.ts';
import { fillQuery } from './fill-query.ts';
import { readerOf } from './measure-metric.ts';
import { NO_SERIES, type Sample } from './sample.ts';
import type { Series, Span, StoreReader } from './stores/reading.ts';

/** Values a side, as Spinnaker's guidance asks for at least 50. */
const POINTS = 60;
/** Of a store that has no query over a range. */
const POINTS_ONE_BY_ONE = 20;
/** Longer than this nothing is compared: what came before is less and less alike. */
const LONGEST_MS = 3_600_000;

/** Compares values with those of a baseline, by the rank test widened where neighbours in time resemble each other. */
export const compareValues = async (ask: Ask, now: number): Promise<Compared> => {
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
  const { bad, mostRise, mostExceeds, mostDeviations } = comparison;
  const effect = {
    ...(mostExceeds === undefined ? {} : { mostExceeds }),
    ...(mostDeviations === undefined ? {} : { mostDeviations }),
  };
  const judged = (bad === 'either' ? (['higher', 'lower'] as const) : [bad]).map((way) => {
    const confidence = 1 - (bad === 'either' ? 1 : 2) * tail;
    const rules = { ...DEFAULT_SHIFT_RULES, bad: way, confidence, mostRise, mostFall: 1 / mostRise, ...effect };
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
  if (comparison.baseline !== 'difference' || others.length === 0) return { rise: 0, fall: 0, parts: 1, said: '' };
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

type Values = { readonly values: readonly number[] } | Extract<Series, { readonly missing: unknown }>;

/** Values of a target in the stretch that ends at a moment. A query that looks back is asked from where it no longer sees what was before. */
const valuesOver = async ({ order, outside, tools, signal }: Ask, side: Side, spanMs: number): Promise<Values> => {
  const { gate, source } = order;
  const reader = readerOf({ gate, source, target: side.target, at: side.at }, outside, tools, signal);
  if (!('value' in gate.query))
    return { missing: { kind: 'error', reason: 'this store can not be asked for values over a time' } };
  const query = fillQuery(gate.query.value, side.target, reader.language);
  const { window } = await reader.read([query]);
  const from = side.at - spanMs + (window.to - window.from);
  if (from >= side.at) return { missing: { kind: 'nodata', reason: 'the query looks back beyond the last write' } };
  const span: Span = { from, to: side.at, stepMs: Math.max(1_000, (side.at - from) / (POINTS - 1)) };
  if (reader.series === undefined) return readEach(reader, query, span, window.to - window.from);
  const found = await reader.series(query, span);
  return 'missing' in found ? found : { values: found.points.map(({ value }) => value) };
};

/** Values at moments of a stretch, of a store that is asked for one at a time: windows that do not overlap, twenty at most. */
const readEach = async (reader: StoreReader, query: string, { from, to }: Span, windowMs: number): Promise<Values> => {
  if (reader.asOf === undefined)
    return { missing: { kind: 'error', reason: 'this store can not be asked for values over a time' } };
  const step = Math.max((to - from) / (POINTS_ONE_BY_ONE - 1), windowMs, 1_000);
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

const median = (values: readonly number[]): number => middleOf(values, (value) => value, 1) ?? Number.NaN;
