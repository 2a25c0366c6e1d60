/** What a clock on the wall shows, and the date on the calendar beside it. */
export interface WallTime {
  /** `2026-03-29` */
  readonly date: string;
  /** Minutes since midnight. */
  readonly minute: number;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Reads the clocks of a time zone at moments in epoch milliseconds. Throws `RangeError` for a zone that the runtime does not know. */
export const clockIn = (zone: string): ((at: number) => WallTime) => {
  const format = clocks.get(zone) ?? clockOf(zone);
  // To make one costs more than to ask it a hundred times.
  clocks.set(zone, format);
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
    const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
    return {
      date: `${part('year')}-${part('month')}-${part('day')}`,
      minute: Number(part('hour')) * 60 + Number(part('minute')),
    };
  };
};

const clockOf = (timeZone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-GB', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });

/** Whether there are clocks of that zone: a name of the IANA database, not an abbreviation or an offset, which know no summer time. */
export const isZone = (zone: string): boolean => {
  if (!/^(UTC|[A-Za-z_]+(\/[A-Za-z0-9_+-]+)+)$/.test(zone)) return false;
  try {
    return clockOf(zone).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};

/** 0 is Sunday. */
export const weekdayOf = (date: string): number => new Date(`${date}T00:00:00Z`).getUTCDay();
