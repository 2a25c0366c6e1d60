import { describe, expect, test } from 'vitest';
import { clockIn, isZone } from '../../shared/rollout/wall-time.ts';
import { assessWindow, type Window } from '../../shared/rollout/window.ts';

const everyDay = [0, 1, 2, 3, 4, 5, 6];
const at = (hours: number, minutes = 0): number => hours * 60 + minutes;
const window = (zone: string, from: number, to: number, given: Partial<Window> & { days?: number[] } = {}): Window => {
  const { days = everyDay, ...rest } = given;
  return { zone, open: [{ days, from, to }], except: [], ...rest };
};
const stateAt = (given: Window, time: string) => {
  const state = assessWindow(given, Date.parse(time));
  if (state.isOpen) return 'open';
  return state.opensAt === undefined ? 'never' : new Date(state.opensAt).toISOString();
};

const office = window('Europe/Berlin', at(9), at(16, 30), { days: [1, 2, 3, 4, 5], except: ['2026-04-06'] });
const night = window('America/New_York', at(22), at(4), { days: [5], except: ['2026-12-25'] });

describe('a window of the week', () => {
  test.for([
    ['at its first minute', office, '2026-03-02T08:00:00Z', 'open'],
    ['in the last second before it', office, '2026-03-02T07:59:59Z', '2026-03-02T08:00:00.000Z'],
    ['in its last second', office, '2026-03-02T15:29:59Z', 'open'],
    ['at its end', office, '2026-03-02T15:30:00Z', '2026-03-03T08:00:00.000Z'],
    ['on a Friday evening', office, '2026-03-06T20:00:00Z', '2026-03-09T08:00:00.000Z'],
    ['on a date that is left out', office, '2026-04-06T10:00:00Z', '2026-04-07T07:00:00.000Z'],
    ['before a weekend and a date that is left out', office, '2026-04-03T15:00:00Z', '2026-04-07T07:00:00.000Z'],
    ['past midnight, on the day after', night, '2026-03-07T08:59:00Z', 'open'],
    ['past midnight, at its end', night, '2026-03-07T09:00:00Z', '2026-03-14T02:00:00.000Z'],
    ['past midnight, of a day that is not its own', night, '2026-03-06T05:00:00Z', '2026-03-07T03:00:00.000Z'],
    ['past midnight, of a date that is left out', night, '2026-12-26T06:00:00Z', '2027-01-02T03:00:00.000Z'],
    ['all day', window('UTC', 0, at(24)), '2026-03-02T23:59:59Z', 'open'],
    ['on a date of no year', window('UTC', 0, at(24), { days: [] }), '2026-03-02T00:00:00Z', 'never'],
  ] as const)('%s', ([, given, time, state]) => {
    expect(stateAt(given, time)).toBe(state);
  });
});

describe('the nights on which clocks are changed', () => {
  // Berlin 2026: 29 March 02:00 -> 03:00 (01:00Z), 25 October 03:00 -> 02:00 (01:00Z).
  const early = window('Europe/Berlin', at(2, 30), at(5));
  const skipped = window('Europe/Berlin', at(2), at(3));
  // Sydney 2026: 5 April 03:00 -> 02:00 (16:00Z the day before), 4 October 02:00 -> 03:00 (16:00Z the day before).
  const south = window('Australia/Sydney', at(2, 15), at(2, 45));
  // Lord Howe Island moves by half an hour: 4 October 2026 02:00 -> 02:30 (15:30Z the day before).
  const half = window('Australia/Lord_Howe', at(2, 10), at(2, 40));
  test.for([
    [
      'the skipped hour: the window begins where the clock goes on',
      early,
      '2026-03-29T00:59:59Z',
      '2026-03-29T01:00:00.000Z',
    ],
    ['the skipped hour: open at once after it', early, '2026-03-29T01:00:00Z', 'open'],
    ['the skipped hour: it ends by the new time', early, '2026-03-29T03:00:00Z', '2026-03-30T00:30:00.000Z'],
    [
      'a window that is skipped whole opens on the next day',
      skipped,
      '2026-03-29T00:30:00Z',
      '2026-03-30T00:00:00.000Z',
    ],
    ['the repeated hour: the first time', skipped, '2026-10-25T00:30:00Z', 'open'],
    ['the repeated hour: the second time', skipped, '2026-10-25T01:30:00Z', 'open'],
    ['the repeated hour: over after the second', skipped, '2026-10-25T02:00:00Z', '2026-10-26T01:00:00.000Z'],
    [
      'the repeated hour: closed where the clock goes back before it',
      early,
      '2026-10-25T01:15:00Z',
      '2026-10-25T01:30:00.000Z',
    ],
    ['in the south, the first time', south, '2026-04-04T15:20:00Z', 'open'],
    ['in the south, between the two', south, '2026-04-04T15:50:00Z', '2026-04-04T16:15:00.000Z'],
    ['in the south, the second time', south, '2026-04-04T16:20:00Z', 'open'],
    ['in the south, skipped whole', south, '2026-10-03T15:59:00Z', '2026-10-04T15:15:00.000Z'],
    ['half an hour, cut at its beginning', half, '2026-10-03T15:29:00Z', '2026-10-03T15:30:00.000Z'],
    ['half an hour, by the new time', half, '2026-10-03T15:40:00Z', '2026-10-04T15:10:00.000Z'],
  ] as const)('%s', ([, given, time, state]) => {
    expect(stateAt(given, time)).toBe(state);
  });
});

test('the next opening is the one that looking every minute finds, around changes of clocks', () => {
  const nights = [
    ['Europe/Berlin', '2026-03-28', window('Europe/Berlin', at(2, 17), at(2, 43))],
    ['Europe/Berlin', '2026-10-24', window('Europe/Berlin', at(2, 17), at(2, 43))],
    ['America/Santiago', '2026-09-05', window('America/Santiago', at(23, 30), at(0, 30))],
    ['Australia/Lord_Howe', '2026-04-04', window('Australia/Lord_Howe', at(1, 50), at(2, 20))],
    ['Asia/Kathmandu', '2026-03-28', window('Asia/Kathmandu', at(0, 5), at(0, 10))],
  ] as const;
  const minute = 60_000;
  for (const [zone, start, given] of nights) {
    const begin = Date.parse(`${start}T06:00:00Z`);
    let next: number | undefined;
    // From the last minute to the first: what was found open last is the next opening of each minute before it.
    for (let time = begin + 40 * 60 * minute; time >= begin; time -= minute) {
      const state = time % (7 * minute) === 0 || next === undefined ? assessWindow(given, time) : undefined;
      if (isShown(given, time)) next = time;
      else if (next !== undefined && state?.isOpen === false) {
        expect([zone, new Date(time).toISOString(), state.opensAt]).toEqual([zone, expect.anything(), next]);
      }
    }
  }
});

/** Whether the clock of a window on every day shows a time in it. */
const isShown = ({ zone, open: [range] }: Window, time: number): boolean => {
  const { minute } = clockIn(zone)(time);
  if (range === undefined) return false;
  const { from, to } = range;
  return from < to ? from <= minute && minute < to : minute >= from || minute < to;
};

test('clocks show the time of their place', () => {
  const moment = Date.parse('2026-03-02T23:30:00Z');
  expect(clockIn('Asia/Kathmandu')(moment)).toEqual({ date: '2026-03-03', minute: at(5, 15) });
  expect(clockIn('UTC')(Date.parse('2026-03-02T00:00:00Z'))).toEqual({ date: '2026-03-02', minute: 0 });
});

test.for([
  ['Europe/Berlin', true],
  ['America/Argentina/Buenos_Aires', true],
  ['UTC', true],
  ['CET', false],
  ['+02:00', false],
  ['Europe/Berln', false],
  ['../etc/passwd', false],
  ['', false],
] as const)('%s is the name of a zone: %s', ([zone, known]) => {
  expect(isZone(zone)).toBe(known);
});
