import { describe, expect, test } from 'vitest';
import { assessEntry, joinWaits, secondsToLook, type Wait } from '../../shared/rollout/assess-entry.ts';

/** Monday noon. */
const now = Date.parse('2026-03-02T12:00:00Z');
const from = (hour: number) => ({
  zone: 'UTC',
  open: [{ days: [0, 1, 2, 3, 4, 5, 6], from: hour * 60, to: hour * 60 + 60 }],
  except: [],
});
const windows = { noon: from(12), evening: from(18), night: from(23), never: { ...from(1), open: [] } };
const until = (name: string, hour: number): Wait => ({
  because: `window ${name} (UTC) is closed until 2026-03-02T${hour}:00:00.000Z`,
  until: Date.parse(`2026-03-02T${hour}:00:00Z`),
});
const assess = (wave: string | undefined, ...targets: readonly (string | undefined)[]) =>
  Object.fromEntries(
    assessEntry(
      wave === undefined ? {} : { window: wave },
      targets.map((window, place) => ({ name: `t${place}`, ...(window === undefined ? {} : { window }) })),
      { windows, now },
    ),
  );

describe('which targets may not be entered', () => {
  test.for([
    ['nothing has a window', assess(undefined, undefined), {}],
    ['all windows are open', assess('noon', 'noon'), {}],
    [
      'that of the wave is closed',
      assess('evening', undefined, 'noon'),
      { t0: until('evening', 18), t1: until('evening', 18) },
    ],
    ['that of one target is closed', assess('noon', 'evening', undefined), { t0: until('evening', 18) }],
    [
      'both are: the later one counts',
      assess('evening', 'night', undefined),
      { t0: until('night', 23), t1: until('evening', 18) },
    ],
    [
      'one that never opens',
      assess(undefined, 'never'),
      { t0: { because: 'window never (UTC) is closed and does not open within a year' } },
    ],
    [
      'one that is not there',
      assess(undefined, 'gone'),
      { t0: { because: 'window gone is not in the release, and so is closed' } },
    ],
  ] as const)('%s', ([, waits, expected]) => {
    expect(waits).toEqual(expected);
  });
});

describe('several waits as one', () => {
  const evening = until('evening', 18);
  const night = until('night', 23);
  test.for([
    ['all for the same', { a: evening, b: evening }, 2, { ...evening, because: `w waits: ${evening.because}` }],
    ['one of them', { a: evening }, 2, { ...evening, because: `1 of 2 targets of w wait: a: ${evening.because}` }],
    [
      'for different things, until the first',
      { a: night, b: evening },
      2,
      { ...evening, because: `2 of 2 targets of w wait: a: ${night.because}; b: ${evening.because}` },
    ],
    [
      'many',
      { a: evening, b: evening, c: evening, d: evening, e: evening },
      9,
      {
        ...evening,
        because: `5 of 9 targets of w wait: ${['a', 'b', 'c'].map((name) => `${name}: ${evening.because}`).join('; ')}; and 2 more`,
      },
    ],
  ] as const)('%s', ([, waits, total, joined]) => {
    expect(joinWaits('w', new Map(Object.entries(waits)), total)).toEqual(joined);
  });
});

test.for([
  ['just begun', 0, undefined, 5],
  ['for ten minutes', 600_000, undefined, 60],
  ['for ten hours', 36_000_000, undefined, 600],
  ['for two days', 172_800_000, undefined, 1_728],
  ['for a week', 604_800_000, undefined, 3_600],
  ['over sooner', 604_800_000, 30_500, 31],
  ['over now', 604_800_000, 0, 1],
] as const)('waiting %s, it is looked at again', ([, waited, left, seconds]) => {
  expect(secondsToLook(now, now - waited, left === undefined ? undefined : now + left)).toBe(seconds);
});
