import { expect, test } from 'vitest';
import { availabilityLines } from '../../cli/availability-lines.ts';
import type { AvailabilityStanding } from '../../shared/availability/assess-objective-standings.ts';

const standing = (target: string, more: Partial<AvailabilityStanding> = {}): AvailabilityStanding => ({
  target,
  gate: 'up',
  allowed: 0.001,
  state: 'met',
  requests: 10_000,
  failures: 2,
  failuresWithRetry: 1,
  invalid: 0,
  upper: 0.00063,
  stillNeeded: 0,
  budget: { failures: 10, left: 8 },
  slots: { seen: 1_250, expected: 1_250, missing: 0 },
  ...more,
});
const plain = (_: string, text: string) => text;

test('what is out, broken or missing has a line of its own, all others share one', () => {
  const lines = availabilityLines(
    [
      standing('a', { outage: { because: 'tcp a:443: refused', since: 0 } }),
      standing('b', { state: 'broken', failures: 20, budget: { failures: 10, left: -10 } }),
      standing('c', { slots: { seen: 1_249, expected: 1_250, missing: 1 }, invalid: 8 }),
      standing('d'),
      standing('e', { state: 'unknown', requests: 100, failures: 0, upper: 0.0295, stillNeeded: 2_895 }),
    ],
    plain,
  );
  expect(lines).toEqual([
    '  OUT availability  a up: 99.9 % met: 99.937 % shown; 2 of 10000 first attempts failed, 1 twice; budget 8 of 10 failures; minutes 1250 of 1250; tcp a:443: refused',
    '  availability  b up: 99.9 % broken; 20 of 10000 first attempts failed, 1 twice; budget -10 of 10 failures; minutes 1250 of 1250',
    '  availability  c up: 99.9 % met: 99.937 % shown; 2 of 10000 first attempts failed, 1 twice; budget 8 of 10 failures; minutes 1249 of 1250, 1 missing, 8 attempts said nothing',
    '  availability  2 targets, objectives: 1 met, 1 unknown; 2 of 10100 first attempts failed',
  ]);
});

test('nothing that is probed has no line, and many that are out do not push all else away', () => {
  expect(availabilityLines([], plain)).toEqual([]);
  const out = Array.from({ length: 30 }, (_, index) => standing(`t${index}`, { state: 'broken' }));
  expect(availabilityLines(out, plain)).toHaveLength(21);
});
