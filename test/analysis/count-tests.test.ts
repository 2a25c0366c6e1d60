import { describe, expect, it, test } from 'vitest';
import { assessCountShift } from '../../shared/analysis/assess-count-shift.ts';
import { assessObjective, requestsNeeded } from '../../shared/analysis/assess-objective.ts';
import { clustersOf, effectiveCounts } from '../../shared/analysis/clusters.ts';
import { conditionalBinomial } from '../../shared/analysis/conditional-binomial.ts';
import { CountsInvalid } from '../../shared/analysis/counts.ts';
import { sharedRise, sharedShift } from '../../shared/analysis/difference.ts';
import { weighEvidence } from '../../shared/analysis/e-process.ts';
import { clopperPearson, lowerBound, upperBound, wilson } from '../../shared/analysis/intervals.ts';
import { spreadTest } from '../../shared/analysis/spread-test.ts';

const counts = (failures: number, requests: number) => ({ failures, requests });

describe('new errors against those of a baseline, exactly', () => {
  test.each([
    [5, 1e4, 1, 9e4, 0.000055],
    [2, 1e4, 0, 9e4, 0.01],
    [1, 1e4, 0, 9e4, 0.1],
    [4, 1e4, 30, 9e4, 0.44618495],
    [3, 1e3, 0, 1e3, 0.125],
    [0, 1e3, 9, 1e3, 1],
    [0, 0, 0, 0, 1],
  ])('%d of %d against %d of %d', (k1, n1, k2, n2, p) => {
    expect(conditionalBinomial(counts(k1, n1), counts(k2, n2))).toBeCloseTo(p, 8);
  });

  test.each([
    [2, 1],
    [-1, 5],
    [0.5, 10],
    [Number.NaN, 10],
    [0, Infinity],
  ])('%d of %d are no counts', (failures, requests) => {
    expect(() => conditionalBinomial(counts(failures, requests), counts(0, 1))).toThrow(CountsInvalid);
  });
});

describe('an interval of a share', () => {
  // Newcombe 1998, and one at five nines.
  test.each([
    [81, 263, [0.255289, 0.36621], [0.252737, 0.367622]],
    [15, 148, [0.062386, 0.160487], [0.057844, 0.16165]],
    [0, 20, [0, 0.161125], [0, 0.168433]],
    [1, 29, [0.006113, 0.171755], [0.000873, 0.177644]],
    [10, 1e6, [5.43199e-6, 1.84094e-5], [4.7954e-6, 1.83903e-5]],
  ])('of %d in %d by Wilson and by Clopper and Pearson', (failures, requests, byScore, exact) => {
    const digits = failures === 10 ? 10 : 6;
    const score = wilson(counts(failures, requests));
    const interval = clopperPearson(counts(failures, requests));
    expect(score.low).toBeCloseTo(byScore[0] ?? Number.NaN, digits);
    expect(score.high).toBeCloseTo(byScore[1] ?? Number.NaN, digits);
    expect(interval.low).toBeCloseTo(exact[0] ?? Number.NaN, digits);
    expect(interval.high).toBeCloseTo(exact[1] ?? Number.NaN, digits);
  });

  it('says nothing where nothing was asked, and mirrors where everything failed', () => {
    expect([wilson(counts(0, 0)), clopperPearson(counts(0, 0))]).toEqual([
      { low: 0, high: 1 },
      { low: 0, high: 1 },
    ]);
    expect(lowerBound(counts(20, 20))).toBeCloseTo(1 - upperBound(counts(0, 20)), 12);
  });
});

describe('an availability objective', () => {
  test.each([
    [0, 1e-3, 0.95, 2_995],
    [0, 1e-4, 0.95, 29_956],
    [0, 1e-5, 0.95, 299_572],
    [0, 1e-5, 0.9, 230_258],
    [0, 1e-5, 0.99, 460_515],
    [1, 1e-5, 0.95, 474_385],
    [2, 1e-5, 0.95, 629_578],
    [3, 1e-5, 0.95, 775_364],
    [5, 1e-5, 0.95, 1_051_301],
  ])('with %d failures and %d allowed, at %d, takes %d requests', (failures, allowed, confidence, requests) => {
    expect(requestsNeeded(failures, allowed, confidence)).toBe(requests);
  });

  test.each([
    [60, 0.9513],
    [600, 0.99502],
    [3_600, 0.999168],
    [43_200, 0.9999307],
    [216_000, 0.9999861],
    [1_296_000, 0.99999769],
  ])('%d clean probes show %d', (requests, availability) => {
    expect(1 - upperBound(counts(0, requests))).toBeCloseTo(availability, requests > 40_000 ? 7 : 4);
  });

  test.each([
    [0, 299_571, 'unknown', 1],
    [0, 299_572, 'met', 0],
    [1, 299_572, 'unknown', 174_813],
    [1, 474_385, 'met', 0],
    [1, 600, 'broken', 473_785],
    [0, 0, 'unknown', 299_572],
    [30, 1_000_000, 'broken', 3_069_046],
  ] as const)('of five nines with %d failures in %d requests is %s', (failures, requests, state, stillNeeded) => {
    const standing = assessObjective(counts(failures, requests), 1e-5);
    expect({ state: standing.state, stillNeeded: standing.stillNeeded }).toEqual({ state, stillNeeded });
  });
});

describe('errors that come in clusters', () => {
  const windows = (...failures: readonly number[]) => failures.map((each) => ({ requests: 1_000, failures: each }));

  test.each([
    ['as they spread before', windows(0, 9, 1, 0, 12, 0), windows(8, 0, 0, 7, 1, 0), 'high'],
    ['a little more of them', windows(0, 19, 1, 0, 22, 0), windows(8, 0, 0, 7, 1, 0), 'high'],
    ['steadily more', windows(30, 33, 29, 31, 28, 32), windows(2, 3, 1, 2, 4, 3), 'low'],
    ['as many, and all alike', windows(5, 5, 5, 5, 5), windows(5, 5, 5, 5, 5), 'high'],
    ['more, and all alike', windows(6, 6, 6, 6, 6), windows(5, 5, 5, 5, 5), 'low'],
  ] as const)('%s', (_, fresh, baseline, expected) => {
    const p = spreadTest(fresh, baseline) ?? Number.NaN;
    expect(p < 0.01 ? 'low' : 'high').toBe(expected);
  });

  test.each([
    ['too few to tell', windows(4, 0, 0, 0, 0, 0, 0, 0, 0, 0)],
    ['too few windows to tell', windows(0, 20, 0, 0, 5, 0, 20, 1, 0)],
    ['all of them', windows(...Array.from({ length: 10 }, () => 1_000))],
  ] as const)('%s show no clusters', (_, counted) => {
    expect(clustersOf(counted)).toEqual({ variance: 1, lasting: 1, windows: counted.length });
  });

  /** Twelve windows over and over. */
  const tenTimes = (...failures: readonly number[]) => windows(...Array.from({ length: 10 }, () => failures).flat());
  test.each([
    ['as chance has it', tenTimes(4, 6, 5, 3, 7, 5, 2, 8, 5, 6, 4, 5), { variance: 1, lasting: 1 }],
    ['in single windows', tenTimes(0, 20, 0, 0, 5, 0, 30, 0, 9, 0, 0, 0), { variance: 20.2, lasting: 1 }],
    ['for several windows', tenTimes(0, 0, 0, 0, 0, 0, 0, 0, 12, 14, 15, 13), { variance: 32.6, lasting: 2.6 }],
  ] as const)('%s: so many times the variance of chance, for so many windows', (_, counted, expected) => {
    const found = clustersOf(counted);
    expect(found.windows).toBe(120);
    expect(found.variance).toBeCloseTo(expected.variance, 1);
    expect(found.lasting).toBeCloseTo(expected.lasting, 1);
    expect(clustersOf(counted.toReversed()).variance).toBeCloseTo(found.variance, 6);
  });

  const few = [0, 0, 0, 0, 0, 0, 9, 9, 9, 9, 9, 9];
  test.each([
    [
      'a single window',
      windows(...Array.from({ length: 60 }, (__, at) => (at === 7 ? 90 : at % 3))),
      /a single one makes most/,
    ],
    [
      'half of what is known',
      windows(...few),
      /^12 windows are too short to know how failures cluster, which last for about \d/,
    ],
  ] as const)('that %s makes, are not known, and what would conclude is no pass', (_, counted, said) => {
    const clusters = clustersOf(counted);
    expect(clusters.unsure).toMatch(said);
    const test = { kind: 'sequential', level: 0.05, of: 1, clusters } as const;
    expect(weighEvidence({ requests: 1_000, failures: 6 }, 0.001, test)).toMatchObject({
      verdict: 'inconclusive',
      because: expect.stringMatching(/; it would be \d+ were each for itself, and /),
    });
    const rules = { level: 0.01, mostRise: 1, minRequests: 1 };
    const sides = [
      { requests: 1_000, failures: 12 },
      { requests: 1_000, failures: 1 },
    ] as const;
    expect(assessCountShift(...sides, rules, { clusters }).verdict).toBe('inconclusive');
    // An outage is none that any cluster explains.
    expect(weighEvidence({ requests: 10_000, failures: 10_000 }, 0.001, test).verdict).toBe('fail');
  });

  it('are evidence of so many causes', () => {
    expect(effectiveCounts({ requests: 1_000, failures: 20 }, { variance: 3 })).toEqual({ requests: 333, failures: 6 });
    expect(effectiveCounts({ requests: 2, failures: 2 }, { variance: 3 })).toEqual({ requests: 1, failures: 0 });
    const test = { kind: 'sequential', level: 0.05, of: 1 } as const;
    expect(weighEvidence({ requests: 1_000, failures: 6 }, 0.001, test).verdict).toBe('fail');
    const clusters = { variance: 3, lasting: 2, windows: 120 };
    expect(weighEvidence({ requests: 1_000, failures: 6 }, 0.001, { ...test, clusters })).toMatchObject({
      verdict: 'inconclusive',
      because: expect.stringContaining(
        '(6 of 1000, in clusters as in 120 windows before: variance at most 3 times that of chance, lasting for about 2 of them)',
      ),
    });
  });

  it('have an unknown spread where there are too few windows, or failures, before', () => {
    expect(spreadTest(windows(9, 9, 9, 9), windows(1, 1, 1, 1, 1))).toBeUndefined();
    expect(spreadTest(windows(9, 9, 9, 9, 9), windows(0, 0, 4, 0, 0))).toBeUndefined();
  });

  it('are told with what they would be, each for itself', () => {
    const [fresh, baseline] = [windows(0, 19, 1, 0, 22, 0), windows(8, 0, 0, 7, 1, 0)];
    const sides = [
      { requests: 6_000, failures: 42 },
      { requests: 6_000, failures: 16 },
    ] as const;
    const rules = { level: 0.01, mostRise: 1, minRequests: 1 };
    expect(assessCountShift(...sides, rules).verdict).toBe('fail');
    expect(assessCountShift(...sides, rules, { windows: { fresh, baseline } })).toMatchObject({
      verdict: 'pass',
      because: expect.stringMatching(
        /^42 of 6000 failed, 16 of 6000 of the baseline, 0\.000\d+ were each request for itself, and as windows spread: as likely as 0\.\d+ by chance/,
      ),
    });
  });
});

describe('what changed on the others too', () => {
  const counts = (failures: number, requests: number) => ({ failures, requests });

  test.each([
    ['nothing failed there', counts(0, 1_000), counts(0, 1_000), 1],
    ['they became better', counts(10, 100_000), counts(100, 100_000), 1],
    ['nothing was asked', counts(0, 0), counts(10, 1_000), 1],
    ['they failed for the first time', counts(10, 1_000), counts(0, 1_000), Infinity],
  ])('%s', (_, after, before, expected) => expect(sharedRise(after, before, 0.95)).toBe(expected));

  it('is bounded from above, the closer the more is known', () => {
    expect(sharedRise(counts(40, 10_000), counts(20, 10_000), 0.95)).toBeCloseTo(3.3, 0);
    expect(sharedRise(counts(4_000, 1_000_000), counts(2_000, 1_000_000), 0.95)).toBeCloseTo(2.1, 1);
  });

  it('moves values either way', () => {
    const values = (from: number) => Array.from({ length: 30 }, (_, at) => from + ((at * 7) % 10) / 10);
    const { rise, fall } = sharedShift(values(12), values(10), 0.975);
    expect([Math.round(rise), fall]).toEqual([2, 0]);
  });
});
