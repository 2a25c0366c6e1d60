/** A schedule that is none. The words say which field, and what was expected. */
export class BadSchedule extends Error {
  override readonly name = 'BadSchedule';
}

/** When something is due: a set of numbers for each field, or an interval. */
export type CronSchedule =
  | {
      readonly minutes: ReadonlySet<number>;
      readonly hours: ReadonlySet<number>;
      readonly days: ReadonlySet<number>;
      readonly months: ReadonlySet<number>;
      readonly weekdays: ReadonlySet<number>;
      /** Both fields of days say something: a day that either names is due. */
      readonly eitherDay: boolean;
    }
  | { readonly everyMs: number };

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const named: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/**
 * Reads a schedule as the CronJob controller does (github.com/robfig/cron v3, standard parser): five fields with `*`, `?`, lists, ranges,
 * steps and names, or `@hourly` and its like, or `@every 90s`. Throws BadSchedule.
 */
export const parseSchedule = (text: string): CronSchedule => {
  const interval = /^@every (\d+)([smh])$/.exec(text);
  if (interval !== null) return { everyMs: Math.max(1, Number(interval[1])) * (unitMs[interval[2] ?? ''] ?? 1000) };
  const fields = (named[text] ?? text).trim().split(/\s+/);
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields;
  if (fields.length !== 5) throw new BadSchedule(`expected exactly 5 fields, found ${fields.length}: ${text}`);
  const isOpen = (field: string) => /^[*?](\/1)?$/.test(field);
  return {
    minutes: numbersOf(minute, 0, 59),
    hours: numbersOf(hour, 0, 23),
    days: numbersOf(day, 1, 31),
    months: numbersOf(month, 1, 12, months),
    weekdays: numbersOf(weekday, 0, 6, weekdays),
    eitherDay: !isOpen(day) && !isOpen(weekday),
  };
};

const numbersOf = (field: string, least: number, most: number, names: readonly string[] = []): ReadonlySet<number> => {
  const numberOf = (text: string): number => {
    const place = names.indexOf(text.toLowerCase());
    const value = place >= 0 ? place + least : /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) {
      throw new BadSchedule(`${JSON.stringify(text)}: expected a number from ${least} to ${most}`);
    }
    return value;
  };
  const found = new Set<number>();
  for (const part of field.split(',')) {
    const [range = '', stepText, more] = part.split('/');
    const step = stepText === undefined ? 1 : Number(stepText);
    if (more !== undefined || !Number.isInteger(step) || step < 1)
      throw new BadSchedule(`${part}: expected a step above 0`);
    const [from, to] = range.split('-');
    const isAll = range === '*' || range === '?';
    const first = isAll ? least : numberOf(from ?? '');
    const last = isAll || (to === undefined && stepText !== undefined) ? most : numberOf(to ?? from ?? '');
    if (first > last) throw new BadSchedule(`${part}: begins after its end`);
    for (let value = first; value <= last; value += step) found.add(value);
  }
  return found;
};

const minuteMs = 60_000;
const hourMs = 3_600_000;
/** A schedule like the 30th of February is due never. */
const longestYears = 5;

/**
 * The first time after `after` (epoch milliseconds) that a schedule is due, by the clocks of a time zone; undefined where it never is. What
 * falls into an hour that summer time skips is not due; what falls into one that comes twice is due twice.
 */
export const nextDue = (schedule: CronSchedule, after: number, timeZone: string): number | undefined => {
  if ('everyMs' in schedule) return Math.floor(after / 1000) * 1000 + schedule.everyMs;
  const local = localClock(timeZone);
  const end = after + longestYears * 366 * 24 * hourMs;
  for (let at = Math.floor(after / minuteMs) * minuteMs + minuteMs; at < end; ) {
    const now = local(at);
    // Every month has 28 days: a jump to the 27th or 28th leaves none out.
    if (!schedule.months.has(now.month)) at += toHour(now) + Math.max(0, 27 - now.day) * 24 * hourMs;
    else if (!isDay(schedule, now) || !schedule.hours.has(now.hour)) at += toHour(now);
    else if (!schedule.minutes.has(now.minute)) at += minuteMs;
    else return at;
  }
  return undefined;
};

/** To the next full hour of the clock on the wall. */
const toHour = ({ minute }: LocalTime): number => (60 - minute) * minuteMs;

const isDay = (schedule: Exclude<CronSchedule, { everyMs: number }>, { day, weekday }: LocalTime): boolean => {
  const [byDay, byWeekday] = [schedule.days.has(day), schedule.weekdays.has(weekday)];
  return schedule.eitherDay ? byDay || byWeekday : byDay && byWeekday;
};

interface LocalTime {
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
}

/** The clock of a time zone. Throws BadSchedule for a zone that does not exist. */
const localClock = (timeZone: string): ((at: number) => LocalTime) => {
  const format = formatFor(timeZone);
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
    const number = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type));
    return {
      month: number('month'),
      day: number('day'),
      weekday: weekdays.indexOf((parts.get('weekday') ?? '').toLowerCase()),
      hour: number('hour'),
      minute: number('minute'),
    };
  };
};

const formatFor = (timeZone: string): Intl.DateTimeFormat => {
  try {
    return new Intl.DateTimeFormat('en-US', {
      ...({
        timeZone,
        month: 'numeric',
        day: 'numeric',
        weekday: 'short',
        hour: 'numeric',
        minute: 'numeric',
      } as const),
      hourCycle: 'h23',
    });
  } catch {
    throw new BadSchedule(`unknown time zone ${timeZone}`);
  }
};
