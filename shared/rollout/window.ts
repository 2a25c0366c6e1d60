import { clockIn, type WallTime, weekdayOf } from './wall-time.ts';

/** When a wave, or a target, may be entered: the times at which a clock on the wall in `zone` shows one of `open`. */
export interface Window {
  /** IANA name of a time zone, as `Europe/Berlin`. */
  readonly zone: string;
  readonly open: readonly WindowRange[];
  /** Dates there, `2026-12-24`, on which nothing is open. */
  readonly except: readonly string[];
}

/** A part of a week. One whose end is not after its beginning goes on into the next day, and belongs to the day on which it begins. */
export interface WindowRange {
  /** 0 is Sunday. */
  readonly days: readonly number[];
  /** Minutes since midnight, from 0 to 1439; included. */
  readonly from: number;
  /** Minutes since midnight, from 1 to 1440; excluded. */
  readonly to: number;
}

export type WindowState =
  | { readonly isOpen: true }
  /** `opensAt`: epoch milliseconds; absent where it does not open within a year. */
  | { readonly isOpen: false; readonly opensAt?: number };

const minuteMs = 60_000;
const dayMinutes = 24 * 60;
/** A window that does not open within so long is shown as one that never does. */
const lookedMinutes = 366 * dayMinutes;
/** No clock is changed twice within so long. */
const steadyMinutes = 7 * dayMinutes;

/**
 * Whether a window is open at `now`, and else when it opens next. What counts is the clock on the wall there and nothing else: an hour that
 * a change to winter time repeats is open both times, one that a change to summer time skips is never seen. Pure; the rules of zones are
 * those of the runtime (ICU). Throws `RangeError` for a zone it does not know: the config has refused it before.
 */
export const assessWindow = (window: Window, now: number): WindowState => {
  const readClock = clockIn(window.zone);
  if (isWithin(window, readClock(now))) return { isOpen: true };
  const last = now + lookedMinutes * minuteMs;
  for (let at = nextMinute(now); at <= last; ) {
    const shown = readClock(at);
    if (isWithin(window, shown)) return { isOpen: false, opensAt: at };
    const wait = minutesToOpening(window, shown);
    if (wait === undefined) return { isOpen: false };
    let step = Math.min(wait, steadyMinutes);
    // Where the clock is changed within the step, it may open on the way there: half of it, until the change is met to the minute.
    while (step > 1 && !isSteady(shown, readClock(at + step * minuteMs), step)) step = Math.floor(step / 2);
    at += step * minuteMs;
  }
  return { isOpen: false };
};

/** Whether the clock has gone on by the minutes that have passed. */
const isSteady = (before: WallTime, after: WallTime, minutes: number): boolean =>
  minuteOf(after) - minuteOf(before) === minutes;

const minuteOf = ({ date, minute }: WallTime): number => Date.parse(`${date}T00:00:00Z`) / minuteMs + minute;

const nextMinute = (at: number): number => (Math.floor(at / minuteMs) + 1) * minuteMs;

const isWithin = (window: Window, { date, minute }: WallTime): boolean =>
  window.open.some(({ days, from, to }) => {
    const begins = (on: string) => days.includes(weekdayOf(on)) && !window.except.includes(on);
    if (from < to) return begins(date) && from <= minute && minute < to;
    return (begins(date) && from <= minute) || (begins(dayAfter(date, -1)) && minute < to);
  });

/** Minutes that the clock on the wall has to move until a range begins, were it never changed. */
const minutesToOpening = (window: Window, { date, minute }: WallTime): number | undefined => {
  for (let day = 0; day * dayMinutes <= lookedMinutes; day += 1) {
    const on = dayAfter(date, day);
    if (window.except.includes(on)) continue;
    const waits = window.open
      .filter(({ days }) => days.includes(weekdayOf(on)))
      .map(({ from }) => day * dayMinutes + from - minute)
      .filter((wait) => wait > 0);
    if (waits.length > 0) return Math.min(...waits);
  }
  return undefined;
};

/** So many days after a date of the calendar. */
export const dayAfter = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * dayMinutes * minuteMs).toISOString().slice(0, 10);
