import { expect, test } from 'vitest';
import { every } from '../local/schedule.ts';
import { quiet } from './analysis/asking.ts';
import { steppingClock } from './apply/stepping-clock.ts';

test('what runs on schedule begins with the minute, goes on after a failure, and says so until it is stopped', async () => {
  const clock = steppingClock(90_000);
  const begun: number[] = [];
  const errors: unknown[] = [];
  const log = { ...quiet, error: (...said: readonly unknown[]) => void errors.push(said) };
  const schedule = every(60_000, { clock, log }, async () => {
    begun.push(clock.now());
    await clock.sleep(70_000);
    throw new TypeError('a mistake');
  });
  schedule.start();
  await clock.drive(clock.sleep(280_000));
  const said = ['what runs on schedule failed', { error: 'TypeError', because: 'a mistake' }];
  expect([begun, errors]).toEqual([
    [120_000, 240_000, 360_000],
    [said, said],
  ]);
  schedule.stop();
  await clock.drive(clock.sleep(300_000));
  expect([begun, errors]).toEqual([
    [120_000, 240_000, 360_000],
    [said, said],
  ]);
});
