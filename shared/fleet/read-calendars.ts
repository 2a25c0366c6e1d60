import { calendarDates } from './calendar.ts';
import type { FleetFile } from './config.ts';
import { nearestOf } from './nearest.ts';
import { pointerOf } from './pointer.ts';
import type { Finding } from './problem.ts';

/** The windows with the dates of their calendars among those on which nothing is open; and every calendar that could not be read. */
export const readCalendars = (
  windows: FleetFile['windows'],
  files: ReadonlyMap<string, Uint8Array>,
): { readonly windows: FleetFile['windows']; readonly findings: readonly Finding[] } => {
  const findings: Finding[] = [];
  const read = Object.entries(windows).map(([name, window]) => {
    const dates = window.calendars.flatMap((path, at) => {
      const found = datesIn(path, window.zone, files);
      if (found.ok) return found.dates;
      findings.push({ ...found.finding, path: pointerOf(['windows', name, 'calendars', at]) });
      return [];
    });
    return [name, { ...window, except: [...new Set([...window.except, ...dates])].sort() }] as const;
  });
  return { windows: Object.fromEntries(read), findings };
};

const datesIn = (
  path: string,
  zone: string,
  files: ReadonlyMap<string, Uint8Array>,
):
  | { readonly ok: true; readonly dates: readonly string[] }
  | { readonly ok: false; readonly finding: Omit<Finding, 'path'> } => {
  const bytes = files.get(path);
  if (bytes === undefined) {
    const nearest = nearestOf(path, files.keys());
    const finding = { code: 'FILE_MISSING', what: `there is no file ${path}`, expected: 'a file of the repository' };
    return { ok: false, finding: nearest === undefined ? finding : { ...finding, nearest } };
  }
  const invalid = (because: string) =>
    ({
      ok: false,
      finding: {
        code: 'CALENDAR_INVALID',
        what: `${path}: ${because}`,
        expected: 'an iCalendar file (RFC 5545) of whole events',
      },
    }) as const;
  const text = textOf(bytes);
  if (text === undefined) return invalid('it is not UTF-8');
  const dates = calendarDates(text, zone);
  return dates.ok ? dates : invalid(dates.because);
};

const textOf = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
};
