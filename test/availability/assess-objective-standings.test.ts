import { expect, test } from 'vitest';
import { assessObjective } from '../../shared/analysis/assess-objective.ts';
import { assessObjectiveStandings } from '../../shared/availability/assess-objective-standings.ts';
import type { Day, GateCounts } from '../../shared/availability/slot.ts';

const dayMs = 24 * 3_600_000;
const now = 40 * dayMs + 30_000;
const counts = (attempts: number, failedFirst = 0, failedConfirmed = 0, invalid = 0): GateCounts => ({
  attempts,
  failedFirst,
  failedConfirmed,
  invalid,
});
const day = (region: string, at: number, slots: number, up: GateCounts): Day => ({
  region,
  day: at,
  first: at,
  last: at + (slots - 1) * 60_000,
  slots,
  gates: { up },
});
const assess = (days: readonly Day[], allowed = 0.001, verifiedAt = 39 * dayMs, regions = ['x', 'y']) =>
  assessObjectiveStandings(
    { target: 't', verifiedAt, gates: { up: allowed }, days },
    regions,
    [],
    assessObjective,
    now,
  )[0];

test('counts of all regions are added, never averaged; missing minutes show', () => {
  const days = [
    day('x', 39 * dayMs, 1_440, counts(11_520, 3, 1)),
    day('y', 39 * dayMs, 1_400, counts(1_000, 0, 0, 9)),
    day('gone', 39 * dayMs, 1_440, counts(9_999, 9_999)),
  ];
  expect(assess(days)).toEqual({
    target: 't',
    gate: 'up',
    allowed: 0.001,
    state: 'met',
    requests: 12_520,
    failures: 3,
    failuresWithRetry: 1,
    invalid: 9,
    upper: expect.closeTo(0.000619, 6),
    stillNeeded: 0,
    budget: { failures: 12.52, left: expect.closeTo(9.52) },
    slots: { seen: 2_840, expected: 2_880, missing: 40 },
  });
});

test.each([
  [
    'nothing was probed',
    [],
    0.001,
    { state: 'unknown', requests: 0, upper: 1, slots: { seen: 0, expected: 2_880, missing: 2_880 } },
  ],
  ['too little was', [day('x', 39 * dayMs, 10, counts(80))], 0.001, { state: 'unknown', stillNeeded: 2_995 - 80 }],
  ['too much failed', [day('x', 39 * dayMs, 10, counts(80, 20))], 0.001, { state: 'broken' }],
  [
    'a month of minutes is not five nines',
    [day('x', 39 * dayMs, 1_440, counts(216_000))],
    0.00001,
    { state: 'unknown' },
  ],
  [
    'nothing may ever fail, and did not',
    [day('x', 39 * dayMs, 1, counts(100))],
    0,
    { state: 'unknown', stillNeeded: 0 },
  ],
  [
    'nothing may ever fail, and did',
    [day('x', 39 * dayMs, 1, counts(100, 1))],
    0,
    { state: 'broken', budget: { failures: 0, left: -1 } },
  ],
] as const)('%s', (_, days, allowed, expected) => {
  expect(assess(days, allowed)).toMatchObject(expected);
});

test('no minute is expected from before something was verified, nor before the window', () => {
  expect(assess([], 0.001, now - 10 * 60_000, ['x'])?.slots).toEqual({ seen: 0, expected: 9, missing: 9 });
  expect(assess([], 0.001, 0, ['x'])?.slots.expected).toBe(30 * 24 * 60 - 1);
});
