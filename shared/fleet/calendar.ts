import ICAL from 'ical.js';
import { clockIn } from '../rollout/wall-time.ts';
import { dayAfter } from '../rollout/window.ts';
import { ruleFault } from './calendar-rule.ts';
import { isDate } from './schema-windows.ts';

/** The dates that a calendar closes, in order; or why it can not be read. */
export type CalendarDates =
  | { readonly ok: true; readonly dates: readonly string[] }
  | { readonly ok: false; readonly because: string };

/** A calendar above this is an export of everything, not a list of holidays. */
const MOST_BYTES = 256 * 1024;
/** More dates than this are not holidays, and a rule without an end would have them. */
const MOST_DATES = 5_000;
/**
 * Rules without an end are followed until here. A release has to be the same whenever it is prepared, so that this is no time from now.
 */
const HORIZON = Date.UTC(2050, 0, 1);
const DAY_MS = 86_400_000;

class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

/**
 * The dates on which something of an iCalendar file (RFC 5545) is, as a clock on the wall in `zone` has them: every day that an event
 * touches, recurrences followed and exceptions left out. Cancelled events do not count, all others do, whatever they are called. Times of
 * a zone need its VTIMEZONE in the file; times of none are those of `zone`. An occurrence that was moved closes both its days. Anything
 * that can not be understood makes all of it unreadable: a holiday that was skipped without a word would open what it was to close.
 */
export const calendarDates = (text: string, zone: string): CalendarDates => {
  if (text.length > MOST_BYTES) return { ok: false, because: `it has more than ${MOST_BYTES / 1024} KiB` };
  try {
    const parsed: unknown = ICAL.parse(text);
    if (!Array.isArray(parsed) || parsed[0] !== 'vcalendar') throw new Unreadable('it is not one VCALENDAR');
    const calendar = new ICAL.Component(parsed as ConstructorParameters<typeof ICAL.Component>[0]);
    const zones = new Map(
      calendar.getAllSubcomponents('vtimezone').map((component) => {
        const found = new ICAL.Timezone(component);
        return [found.tzid, found];
      }),
    );
    const events = calendar.getAllSubcomponents('vevent');
    if (events.length === 0) throw new Unreadable('it has no event');
    const dates = new Set<string>();
    for (const event of events) addDates(event, zones, zone, dates);
    return { ok: true, dates: [...dates].sort() };
  } catch (error) {
    return { ok: false, because: error instanceof Error ? error.message.slice(0, 200) : 'it is not iCalendar' };
  }
};

const addDates = (
  event: InstanceType<typeof ICAL.Component>,
  zones: ReadonlyMap<string, InstanceType<typeof ICAL.Timezone>>,
  zone: string,
  dates: Set<string>,
): void => {
  if (event.getFirstPropertyValue('status') === 'CANCELLED') return;
  const name = String(event.getFirstPropertyValue('summary') ?? event.getFirstPropertyValue('uid') ?? 'an event').slice(
    0,
    80,
  );
  const start = timeOf(event, 'dtstart', zones, name);
  if (start === undefined) throw new Unreadable(`${name}: it has no DTSTART`);
  const end = timeOf(event, 'dtend', zones, name);
  const duration = event.getFirstPropertyValue('duration');
  const given = duration instanceof ICAL.Duration ? duration.toSeconds() : start.isDate ? DAY_MS / 1000 : 0;
  const seconds = end === undefined ? given : end.toUnixTime() - start.toUnixTime();
  if (seconds < 0) throw new Unreadable(`${name}: it ends before it begins`);
  const fault = ruleFault(event);
  if (fault !== undefined) throw new Unreadable(`${name}: ${fault}`);
  // The start is an occurrence of its own, which the package leaves out beside an RDATE.
  const left = event.getAllProperties('exdate').flatMap((property) => property.getValues().map(String));
  if (!left.includes(String(start))) for (const date of datesOf(start, seconds, zone)) dates.add(date);
  let count = 0;
  const occurrences = new ICAL.RecurExpansion({ component: event, dtstart: start });
  for (let next = occurrences.next(); next != null; next = occurrences.next()) {
    if (next.toUnixTime() * 1000 >= HORIZON) return;
    for (const date of datesOf(next, seconds, zone)) dates.add(date);
    count += 1;
    if (dates.size > MOST_DATES || count > MOST_DATES) {
      throw new Unreadable(
        `${name}: it closes more than ${MOST_DATES} dates; give its rule an UNTIL, or use the days of the window`,
      );
    }
  }
};

/** A time of an event; its text has to be a real date, and its zone to be known. */
const timeOf = (
  event: InstanceType<typeof ICAL.Component>,
  property: 'dtstart' | 'dtend',
  zones: ReadonlyMap<string, InstanceType<typeof ICAL.Timezone>>,
  name: string,
): InstanceType<typeof ICAL.Time> | undefined => {
  const found = event.getFirstProperty(property);
  if (found === null) return undefined;
  const written = String(found.toJSON()[3]);
  if (!isDate(written.slice(0, 10))) {
    throw new Unreadable(`${name}: ${property.toUpperCase()} ${written} is no date of the calendar`);
  }
  const time = found.getFirstValue();
  if (!(time instanceof ICAL.Time)) throw new Unreadable(`${name}: ${property.toUpperCase()} is no date or time`);
  const tzid = found.getFirstParameter('tzid');
  if (tzid === undefined || tzid === '') return time;
  const own = zones.get(tzid);
  if (own === undefined) throw new Unreadable(`${name}: time zone ${tzid} is not in the file; expected its VTIMEZONE`);
  time.zone = own;
  return time;
};

/** The days an occurrence touches. A date, and a time of no zone, is one of the calendar on the wall itself. */
const datesOf = (start: InstanceType<typeof ICAL.Time>, seconds: number, zone: string): readonly string[] => {
  const isFloating = start.isDate || start.zone === ICAL.Timezone.localTimezone;
  const first = isFloating
    ? Date.UTC(start.year, start.month - 1, start.day, start.hour, start.minute)
    : start.toUnixTime() * 1000;
  const last = first + Math.max(0, seconds * 1000 - 1);
  const dateOf = (at: number): string =>
    isFloating ? new Date(at).toISOString().slice(0, 10) : clockIn(zone)(at).date;
  const dates: string[] = [];
  const until = dateOf(last);
  for (let date = dateOf(first); date <= until && dates.length <= MOST_DATES; date = dayAfter(date, 1))
    dates.push(date);
  return dates;
};
