import { expect, test } from 'vitest';
import { secondsToTry, waits } from '../../shared/rollout/waits.ts';

/** Seconds after the first failure at which it is tried again, where it takes no time to fail. */
const triesOf = (direction: 'forward' | 'back'): readonly number[] => {
  const tries: number[] = [];
  for (let now = 0; ; ) {
    const seconds = secondsToTry(waits[direction], 0, now * 1000);
    if (seconds === undefined) return tries;
    now += seconds;
    tries.push(now);
  }
};

test('forward it is tried ten times within five minutes, with growing waits', () => {
  expect(triesOf('forward')).toEqual([2, 4, 8, 16, 32, 64, 124, 184, 244, 300]);
});

test('back it is tried for six hours, with ten minutes between at most', () => {
  const tries = triesOf('back');
  expect(tries.slice(0, 9)).toEqual([10, 20, 40, 80, 160, 320, 640, 1_240, 1_840]);
  expect([tries.length, tries.at(-1)]).toEqual([42, 21_600]);
});

test('a clock that went back is no reason to wait longer', () => {
  expect(secondsToTry(waits.forward, 5_000, 0)).toBe(2);
});
