import { assessCountShift } from './assess-count-shift.ts';
import { type Ask, type Compared, middleOf, type Side, sidesOf } from './comparison.ts';
import { countWindows } from './count-windows.ts';
import type { Counts } from './counts.ts';
import { sharedRise } from './difference.ts';
import { measureClusters } from './measure-clusters.ts';
import type { CountedWindow } from './measure-metric.ts';

/** Compares errors with those of a baseline: exactly, in clusters as they came on this target before, and by how windows spread. */
export const compareCounts = async (ask: Ask, now: number): Promise<Compared> => {
  const { comparison, gate, target, since } = ask.order;
  const counted = await countsOver(ask, { target, at: now }, now - since);
  const fresh = counted.filter(({ from }) => from >= since);
  if (fresh.length === 0) {
    const because = counted.length === 0 ? 'nothing was counted' : 'no window of the query fits into the time';
    return { verdict: 'inconclusive', because: `${because} since the last write` };
  }
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
    windows: { fresh, baseline: baseline.flat() },
    clusters: await measureClusters({ ...ask.order, at: ask.order.before }, ask.outside, ask.tools, ask.signal),
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

/** What a target counted in the windows that end at a moment and fit into so long before it. */
const countsOver = (
  { order, outside, tools, signal }: Ask,
  side: Side,
  spanMs: number,
): Promise<readonly CountedWindow[]> =>
  countWindows({ ...order, target: side.target, at: side.at }, spanMs, outside, tools, signal);
