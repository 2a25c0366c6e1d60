import { describe, expect, it, test } from 'vitest';
import { isHigh, wilcox } from '../../../bench/gates/kayenta.ts';
import { seeded } from '../../../bench/gates/streams.ts';
import { assessShift } from '../../../shared/analysis/assess-shift.ts';

describe("the port of Kayenta's judge", () => {
  test('finds a shift, and ends that lie as far from it on both sides', () => {
    // Shifted by exactly 2: by symmetry the estimate is 2 whatever the spread.
    const baseline = Array.from({ length: 60 }, (_, at) => at);
    const { low, high, estimate } = wilcox(
      baseline.map((value) => value + 2),
      baseline,
      0.98,
    );
    expect(estimate).toBeCloseTo(2, 3);
    expect(low).toBeLessThan(2);
    expect(high - 2).toBeCloseTo(2 - low, 3);
  });

  it('loses in small units what it sees in large ones, where ours does not', () => {
    const random = seeded(1);
    const [fresh, baseline] = [1.5, 1].map((mean) => Array.from({ length: 60 }, () => mean + random())) as [
      number[],
      number[],
    ];
    const scaled = (by: number) =>
      [fresh, baseline].map((side) => side.map((value) => value * by)) as [number[], number[]];
    expect([1, 1e-5].map((by) => isHigh(...scaled(by)))).toEqual([true, false]);
    expect([1, 1e-5].map((by) => assessShift(...scaled(by)).verdict)).toEqual(['fail', 'fail']);
  });
});
