import { describe, expect, it, test } from 'vitest';
import { standardised } from '../../bench/gates/kayenta.ts';
import { assessShift, DEFAULT_SHIFT_RULES } from '../../shared/analysis/assess-shift.ts';
import { ranks } from '../../shared/analysis/autocorrelation.ts';
import { mannWhitney } from '../../shared/analysis/mann-whitney.ts';
import { normalQuantile } from '../../shared/analysis/special-functions.ts';
import { normal, seeded } from './seeded.ts';

/** A series from how often each value is in it; a rank test does not see their order. */
const of = (...counted: readonly (readonly [value: number, times: number])[]): readonly number[] =>
  counted.flatMap(([value, times]) => Array.from({ length: times }, () => value));

const control90 = of(
  [1.5, 2],
  [2, 16],
  [2.5, 18],
  [3, 16],
  [3.5, 10],
  [4, 8],
  [4.5, 4],
  [5, 6],
  [5.5, 2],
  [6, 5],
  [8, 1],
  [15.5, 1],
  [54.5, 1],
);
const canary90 = of(
  [1.5, 9],
  [2, 16],
  [2.5, 22],
  [3, 17],
  [3.5, 9],
  [4, 5],
  [4.5, 1],
  [5, 3],
  [5.5, 1],
  [6, 2],
  [6.5, 2],
  [7, 1],
  [7.5, 1],
  [16.5, 1],
);
const control180 = of(
  [0, 1],
  [0.5, 7],
  [1, 32],
  [1.5, 70],
  [2, 33],
  [2.5, 22],
  [3, 6],
  [3.5, 2],
  [4, 3],
  [4.5, 1],
  [5.5, 1],
  [7, 1],
  [7.5, 1],
);
const canary180 = of(
  [0.5, 20],
  [1, 41],
  [1.5, 67],
  [2, 37],
  [2.5, 3],
  [3, 2],
  [3.5, 3],
  [4, 1],
  [5, 1],
  [5.5, 3],
  [8.5, 1],
  [19, 1],
);

const canary210 = of(
  [0, 146],
  [1.234567901234584, 1],
  [1.3333333333333286, 1],
  [1.3513513513513544, 1],
  [1.3698630136986196, 1],
  [1.3888888888888857, 1],
  [1.4285714285714164, 2],
  [1.4285714285714448, 1],
  [1.4492753623188293, 1],
  [1.470588235294116, 1],
  [1.5151515151515156, 2],
  [1.5625, 2],
  [1.5625000000000142, 1],
  [1.5873015873015817, 1],
  [1.6129032258064484, 1],
  [1.6393442622950687, 2],
  [1.6666666666666572, 2],
  [1.6666666666666714, 1],
  [1.6949152542372872, 1],
  [1.7241379310344769, 2],
  [1.7543859649122737, 1],
  [1.754385964912288, 1],
  [1.7857142857142776, 1],
  [1.818181818181813, 4],
  [1.8518518518518476, 3],
  [1.8518518518518619, 2],
  [1.8867924528301785, 1],
  [1.8867924528301927, 2],
  [1.9230769230769198, 1],
  [1.9607843137255117, 2],
  [2.0000000000000284, 1],
  [2.040816326530603, 2],
  [2.439024390243887, 1],
  [2.564102564102555, 1],
  [2.702702702702709, 1],
  [2.8169014084507182, 1],
  [2.985074626865682, 1],
  [3.0303030303030454, 1],
  [3.125000000000014, 1],
  [3.1746031746031633, 1],
  [3.225806451612911, 1],
  [3.333333333333343, 2],
  [3.3898305084745743, 1],
  [3.4482758620689538, 1],
  [3.5714285714285836, 1],
  [3.703703703703681, 1],
  [4.081632653061206, 1],
  [4.1095890410959015, 1],
  [5.555555555555557, 1],
);
const control210 = of(
  [0, 193],
  [1.3888888888888857, 1],
  [1.470588235294116, 1],
  [1.492537313432834, 3],
  [1.5384615384615614, 1],
  [1.5625000000000142, 1],
  [1.5873015873015817, 1],
  [1.6393442622950687, 1],
  [1.6949152542373014, 1],
  [1.7241379310344769, 1],
  [1.754385964912288, 1],
  [1.7857142857142776, 1],
  [1.8518518518518619, 1],
  [2.5000000000000284, 1],
  [2.9850746268656536, 1],
  [3.124999999999986, 1],
);

// Data and results of R's wilcox.test with which Kayenta checks its own (Apache-2.0, MannWhitneySuite). R searches its ends with a
// tolerance of 1e-4; ours are differences that are there.
describe('the shift between two series is that of R', () => {
  test.each([
    ['ten times as high', [10, 20, 30, 40], [1, 2, 3, 4], 0.95, { low: 6, high: 39, estimate: 22.5 }],
    [
      '90 points',
      canary90,
      control90,
      0.95,
      { low: -0.500002521696696, high: -3.486287505871302e-5, estimate: -0.49994 },
    ],
    [
      '180 points',
      canary180,
      control180,
      0.98,
      { low: -0.4999173250549087, high: -6.912685789769486e-6, estimate: -3.45e-5 },
    ],
  ] as const)('%s', (_, fresh, baseline, confidence, expected) => {
    const shift = mannWhitney(fresh, baseline, { confidence });
    expect(Math.abs(shift.low - expected.low)).toBeLessThan(1e-4);
    expect(Math.abs(shift.high - expected.high)).toBeLessThan(1e-4);
    expect(Math.abs(shift.estimate - expected.estimate)).toBeLessThan(1e-4);
  });

  test('of mostly zeros, where the ends that R finds are the wrong way round and none of them is a difference that is there', () => {
    const expected = { low: 3.521755377702165e-5, high: 2.02456461662334e-5, estimate: 2.6279243045155653e-5 };
    const { low, high, estimate } = mannWhitney(canary210, control210, { confidence: 0.95 });
    expect({ low, high, estimate }).toEqual({ low: 0, high: 0, estimate: 0 });
    for (const value of Object.values(expected)) expect(Math.abs(value)).toBeLessThan(1e-4);
    // What R's search begins with, in standard deviations at the smallest and the largest difference.
    const ends = [-3.124999999999986, 5.555555555555557];
    const from = ends.map((shift) => standardised(canary210, control210, shift, true));
    const z = normalQuantile(0.975);
    expect(from.map((each) => each - z)).toEqual([
      expect.closeTo(17.090968923762254, 6),
      expect.closeTo(-20.997687930433106, 6),
    ]);
    expect(from.map((each) => each + z)).toEqual([
      expect.closeTo(21.01089689284236, 6),
      expect.closeTo(-17.077759961353, 6),
    ]);
  });
});

describe('the exact distribution', () => {
  // Critical values of U at 5 %, two-sided (Mann and Whitney's table): 0 for 4 and 4, 2 for 5 and 5, 23 for 10 and 10.
  test.each([
    [4, 1],
    [5, 3],
    [10, 24],
  ])('for %d and as many takes the difference of the tabled order', (n, order) => {
    const fresh = Array.from({ length: n }, (_, at) => at * Math.SQRT2);
    const baseline = Array.from({ length: n }, (_, at) => at * at * 0.37 + 0.11);
    const sorted = fresh.flatMap((x) => baseline.map((y) => x - y)).sort((a, b) => a - b);
    expect(mannWhitney(fresh, baseline, { confidence: 0.95 }).low).toBe(sorted[order - 1]);
  });

  test('says nothing of three against three', () => {
    expect(mannWhitney([7, 8, 9], [1, 2, 3], { confidence: 0.95 })).toMatchObject({
      low: -Infinity,
      high: Infinity,
      exceeds: 1,
    });
  });
});

describe('a comparison', () => {
  const series = (seed: number, n: number, shift: number, resemblance = 0): readonly number[] => {
    const random = seeded(seed);
    let last = normal(random);
    return Array.from({ length: n }, () => {
      last = resemblance * last + Math.sqrt(1 - resemblance ** 2) * normal(random);
      return 10 + last + shift;
    });
  };
  const failing = (runs: number, shift: number, resemblance: number): number => {
    const failed = Array.from({ length: runs }, (_, run) => {
      const baseline = series(run * 2 + 1, 60, 0, resemblance);
      return assessShift(series(run * 2 + 2, 60, shift, resemblance), baseline, {
        ...DEFAULT_SHIFT_RULES,
        bad: 'either',
      });
    }).filter(({ verdict }) => verdict === 'fail').length;
    return failed / runs;
  };

  // Without the correction: 7 %, 30 % and 48 % at these resemblances of neighbours.
  test.each([
    [0, 0.02],
    [0.5, 0.02],
    [0.8, 0.05],
  ])('of alike series whose neighbours resemble each other by %d raises few false alarms', (resemblance, most) => {
    expect(failing(400, 0, resemblance)).toBeLessThanOrEqual(most);
  });

  test('finds a shift by one standard deviation', () => {
    expect(failing(200, 1, 0)).toBeGreaterThan(0.9);
  });

  test.each([1e-9, 1e-5, 1, 1e5, 1e9])('gives the same verdict with all values times %d', (scale) => {
    for (const shift of [0, 0.3, 0.6, 2]) {
      const [fresh, baseline] = [series(7, 40, shift), series(8, 40, 0)];
      const scaled = (values: readonly number[]) => values.map((value) => value * scale);
      expect(assessShift(scaled(fresh), scaled(baseline)).verdict).toBe(assessShift(fresh, baseline).verdict);
    }
  });

  const low = series(1, 30, 0);
  const high = series(2, 30, 3);
  test.each([
    ['higher', high, low, 'fail'],
    ['higher', low, high, 'pass'],
    ['lower', low, high, 'fail'],
    ['lower', high, low, 'pass'],
    ['either', low, high, 'fail'],
  ] as const)('where %s is bad', (bad, fresh, baseline, verdict) => {
    expect(assessShift(fresh, baseline, { ...DEFAULT_SHIFT_RULES, bad }).verdict).toBe(verdict);
  });

  it('bears a rise of the mean up to what is allowed', () => {
    expect(assessShift(high, low, { ...DEFAULT_SHIFT_RULES, mostRise: 1.5 }).verdict).toBe('pass');
    expect(assessShift(high, low, { ...DEFAULT_SHIFT_RULES, mostRise: 1.2 }).verdict).toBe('fail');
  });

  test.each([
    [[], low, 'inconclusive', '0 values against 30 of the baseline: nothing to compare'],
    [low, [], 'inconclusive', '30 values against 0 of the baseline: nothing to compare'],
    [[...low, Number.NaN], low, 'inconclusive', '31 values against 30 of the baseline: some are no finite numbers'],
    [[1, 1, 1], [1, 1], 'pass', '3 values against 2 of the baseline: all equal'],
  ] as const)('of %j and %j never passes by chance', (fresh, baseline, verdict, because) => {
    expect(assessShift(fresh, baseline)).toMatchObject({ verdict, because });
  });
});

it('gives equal values the middle of their places', () => {
  expect(ranks([3, 1, 3, 2])).toEqual([3.5, 1, 3.5, 2]);
});
