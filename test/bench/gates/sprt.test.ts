import { describe, expect, it, test } from 'vitest';
import { assessSprt, expectedRequests, sprtLimits } from '../../../bench/gates/sprt.ts';

const counts = (failures: number, requests: number) => ({ failures, requests });

describe('a sequential probability ratio test', () => {
  const plan = { good: 1e-5, bad: 1e-4, falseAlarm: 0.01, miss: 0.05 };

  it('has the limits and steps of Wald', () => {
    expect(sprtLimits(plan)).toEqual({
      reject: expect.closeTo(4.553877, 6),
      accept: expect.closeTo(-2.985682, 6),
      perFailure: expect.closeTo(Math.LN10, 12),
      perSuccess: expect.closeTo(-9.000495e-5, 11),
    });
    expect(expectedRequests(plan)).toEqual({ good: expect.closeTo(43_451, 0), bad: expect.closeTo(29_779, 0) });
  });

  test.each([
    [0, 33_172, 'continue'],
    [0, 33_173, 'accept'],
    [1, 300, 'continue'],
    [2, 300, 'reject'],
  ] as const)('after %d failures in %d requests says %s', (failures, requests, answer) => {
    expect(assessSprt(plan, counts(failures, requests))).toBe(answer);
  });

  test.each([
    [10, 3_316],
    [100, 330],
  ])('takes %d times fewer requests for shares so many times as high', (times, clean) => {
    const scaled = { ...plan, good: plan.good * times, bad: plan.bad * times };
    expect(assessSprt(scaled, counts(0, clean))).toBe('accept');
    expect(assessSprt(scaled, counts(0, clean - 2))).toBe('continue');
  });
});
