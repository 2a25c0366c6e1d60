import { describe, expect, it, test } from 'vitest';
import { assessBudget, assessBurn, BURN_RULES } from '../../shared/analysis/assess-burn.ts';

const counts = (failures: number, requests: number) => ({ failures, requests });
const page = { name: '1h & 5m', factor: 14.4 };

describe('burn rates', () => {
  it('are those of the SRE Workbook', () => {
    const hours = (ms: number) => ms / 3_600_000;
    expect(BURN_RULES.map(({ longMs, shortMs, factor }) => [hours(longMs), hours(shortMs), factor])).toEqual([
      [1, 1 / 12, 14.4],
      [6, 0.5, 6],
      [24, 2, 3],
      [72, 6, 1],
    ]);
    // Of a budget of 720 h they leave 98, 95, 90 and 90 % when they begin.
    expect(BURN_RULES.map(({ longMs, factor }) => (hours(longMs) * factor) / 720)).toEqual([
      0.02,
      0.05,
      expect.closeTo(0.1),
      0.1,
    ]);
  });

  test.each([
    ['much traffic, twice as fast as the rule', counts(1_037, 3_600_000), counts(86, 300_000), 1e-5, true],
    ['much traffic, half as fast', counts(259, 3_600_000), counts(22, 300_000), 1e-5, false],
    ['it has stopped', counts(1_037, 3_600_000), counts(0, 300_000), 1e-5, false],
    ['it has only begun', counts(86, 3_600_000), counts(86, 300_000), 1e-5, false],
    ['one failure of a minute a probe', counts(1, 60), counts(1, 5), 1e-3, false],
    ['all fail, few as they are', counts(60, 60), counts(5, 5), 1e-3, true],
    ['nothing was asked', counts(0, 0), counts(0, 0), 1e-3, false],
  ] as const)('%s', (_, long, short, allowed, burns) => {
    expect(assessBurn(page, { long, short }, allowed).burns).toBe(burns);
  });

  it('say what was counted, and what it takes', () => {
    expect(assessBurn(page, { long: counts(60, 60), short: counts(5, 5) }, 0.001).because).toBe(
      '1h & 5m: 60 of 60 failed, at least 0.891 and 5 of 5 failed, at least 0.251 (99.9 %), more than 14.4 x 0.001',
    );
  });
});

describe('an error budget', () => {
  test.each([
    [counts(0, 1_000_000), { allowed: 10, left: 1 }],
    [counts(4, 1_000_000), { allowed: 10, left: 0.6 }],
    [counts(15, 1_000_000), { allowed: 10, left: -0.5 }],
  ])('of %j', (given, expected) => {
    const { allowed, left } = assessBudget(given, 1e-5);
    expect({ allowed, left }).toEqual({
      allowed: expect.closeTo(expected.allowed),
      left: expect.closeTo(expected.left),
    });
  });

  it('of nothing asked is not known', () => {
    expect(assessBudget(counts(0, 0), 1e-5)).toEqual({ requests: 0, failures: 0, allowed: 0 });
  });
});
