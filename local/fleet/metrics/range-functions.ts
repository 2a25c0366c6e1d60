import type { Sample } from './series.ts';

/** The samples of one series within a range. */
export interface Window {
  readonly samples: readonly Sample[];
  /** Epoch milliseconds; the range is what is after `start`, up to and with `end`. */
  readonly start: number;
  readonly end: number;
}

type RangeFunction = (window: Window) => number | undefined;

const values = ({ samples }: Window) => samples.map(({ value }) => value);
const some =
  (of: (numbers: readonly number[]) => number): RangeFunction =>
  (window) =>
    window.samples.length === 0 ? undefined : of(values(window));
const sum = (numbers: readonly number[]) => numbers.reduce((total, value) => total + value, 0);
/** NaN gives way to any number. */
const best = (better: (a: number, b: number) => boolean) => (numbers: readonly number[]) =>
  numbers.reduce((best, value) => (better(value, best) || Number.isNaN(best) ? value : best));

/** Functions of a range vector, by name. `undefined`: too few samples, the series is not in the result. */
export const RANGE_FUNCTIONS: Readonly<Record<string, RangeFunction>> = {
  rate: (window) => {
    const grown = extrapolated(window, true);
    return grown === undefined ? undefined : grown / ((window.end - window.start) / 1_000);
  },
  increase: (window) => extrapolated(window, true),
  delta: (window) => extrapolated(window, false),
  irate: ({ samples }) => {
    const [before, last] = samples.slice(-2);
    if (before === undefined || last === undefined) return undefined;
    const grown = last.value < before.value ? last.value : last.value - before.value;
    return grown / ((last.at - before.at) / 1_000);
  },
  sum_over_time: some(sum),
  avg_over_time: some((numbers) => sum(numbers) / numbers.length),
  max_over_time: some(best((a, b) => a > b)),
  min_over_time: some(best((a, b) => a < b)),
  count_over_time: some((numbers) => numbers.length),
};

/**
 * What a counter (or gauge) grew by over the whole range, from the samples within it: as the documentation of Prometheus says of
 * `increase`, resets are added back and the ends are extrapolated. They are by up to half the mean distance of samples, or to the
 * range's end where that is within 1.1 of it; never to before the counter was zero.
 */
const extrapolated = ({ samples, start, end }: Window, counter: boolean): number | undefined => {
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined || samples.length < 2) return undefined;
  const reset = counter ? lostInResets(samples) : 0;
  const grown = last.value - first.value + reset;
  const sampled = (last.at - first.at) / 1_000;
  const mean = sampled / (samples.length - 1);
  const reach = (gap: number) => (gap < mean * 1.1 ? gap : mean / 2);
  const before = reach((first.at - start) / 1_000);
  const zero = counter && grown > 0 && first.value >= 0 ? sampled * (first.value / grown) : Infinity;
  const covered = sampled + Math.min(before, zero) + reach((end - last.at) / 1_000);
  return grown * (covered / sampled);
};

const lostInResets = (samples: readonly Sample[]): number =>
  samples.reduce((lost, { value }, n) => {
    const before = samples[n - 1]?.value ?? 0;
    return n > 0 && value < before ? lost + before : lost;
  }, 0);
