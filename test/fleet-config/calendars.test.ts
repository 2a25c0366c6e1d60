import { describe, expect, test } from 'vitest';
import { calendarDates } from '../../shared/fleet/calendar.ts';
import { toWindows } from '../../shared/fleet/windows.ts';
import { parse, soundConfig } from './configs.ts';

const calendar = (...events: readonly (readonly string[])[]): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//example//EN',
    ...events.flatMap((lines, at) => ['BEGIN:VEVENT', `UID:${at}@example.com`, ...lines, 'END:VEVENT']),
    'END:VCALENDAR',
    '',
  ].join('\r\n');

const berlin = [
  ...['BEGIN:VTIMEZONE', 'TZID:Europe/Berlin', 'BEGIN:STANDARD', 'DTSTART:19701025T030000', 'TZOFFSETFROM:+0200'],
  ...['TZOFFSETTO:+0100', 'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU', 'END:STANDARD', 'BEGIN:DAYLIGHT'],
  ...['DTSTART:19700329T020000', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0200', 'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU'],
  ...['END:DAYLIGHT', 'END:VTIMEZONE'],
].join('\r\n');
const withZone = (text: string): string => text.replace('BEGIN:VEVENT', `${berlin}\r\nBEGIN:VEVENT`);

describe('the dates of a calendar', () => {
  test.each([
    ['a day', ['DTSTART;VALUE=DATE:20261224', 'DTEND;VALUE=DATE:20261225'], ['2026-12-24']],
    ['a day without an end', ['DTSTART;VALUE=DATE:20261224'], ['2026-12-24']],
    [
      'several days, the end excluded',
      ['DTSTART;VALUE=DATE:20261224', 'DTEND;VALUE=DATE:20261227'],
      ['2026-12-24', '2026-12-25', '2026-12-26'],
    ],
    ['days by duration', ['DTSTART;VALUE=DATE:20261231', 'DURATION:P2D'], ['2026-12-31', '2027-01-01']],
    ['a time of no zone', ['DTSTART:20261224T230000', 'DTEND:20261225T000000'], ['2026-12-24']],
    ['a cancelled event', ['DTSTART;VALUE=DATE:20261224', 'STATUS:CANCELLED'], []],
    [
      'a rule with an end',
      ['DTSTART;VALUE=DATE:20260101', 'RRULE:FREQ=YEARLY;COUNT=3'],
      ['2026-01-01', '2027-01-01', '2028-01-01'],
    ],
    [
      'a rule with an exception',
      ['DTSTART;VALUE=DATE:20260105', 'RRULE:FREQ=WEEKLY;COUNT=3', 'EXDATE;VALUE=DATE:20260112'],
      ['2026-01-05', '2026-01-19'],
    ],
    ['dates of its own', ['DTSTART;VALUE=DATE:20260105', 'RDATE;VALUE=DATE:20260301'], ['2026-01-05', '2026-03-01']],
    [
      'the fourth Thursday of November',
      ['DTSTART;VALUE=DATE:20261126', 'RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;UNTIL=20281231'],
      ['2026-11-26', '2027-11-25', '2028-11-23'],
    ],
  ] as const)('of %s', (_, lines, dates) => {
    expect(calendarDates(calendar(lines), 'Europe/Berlin')).toEqual({ ok: true, dates });
  });

  test('are those of the window, whatever zone the event is of', () => {
    const late = withZone(
      calendar(['DTSTART;TZID=Europe/Berlin:20261224T230000', 'DTEND;TZID=Europe/Berlin:20261225T010000']),
    );
    expect(calendarDates(late, 'Europe/Berlin')).toEqual({ ok: true, dates: ['2026-12-24', '2026-12-25'] });
    expect(calendarDates(late, 'America/New_York')).toEqual({ ok: true, dates: ['2026-12-24'] });
    expect(calendarDates(late, 'Asia/Tokyo')).toEqual({ ok: true, dates: ['2026-12-25'] });
  });

  test('of a rule without an end go on for as long as any release lives', () => {
    const found = calendarDates(calendar(['DTSTART;VALUE=DATE:19901225', 'RRULE:FREQ=YEARLY']), 'UTC');
    expect(found.ok && [found.dates.length, found.dates.at(-1)]).toEqual([60, '2049-12-25']);
  });

  test.each([
    ['an empty file', '', /./],
    ['a page', '<html>', /./],
    ['no event', calendar(), /it has no event/],
    [
      'two calendars',
      `${calendar(['DTSTART;VALUE=DATE:20261224'])}${calendar(['DTSTART;VALUE=DATE:20261225'])}`,
      /not one VCALENDAR/,
    ],
    ['a file that was cut off', calendar(['DTSTART;VALUE=DATE:20261224']).slice(0, 120), /./],
    ['an event without a start', calendar(['SUMMARY:Party']), /Party: it has no DTSTART/],
    [
      'a date that is none',
      calendar(['SUMMARY:x', 'DTSTART;VALUE=DATE:20260230']),
      /x: DTSTART 2026-02-30 is no date of the calendar/,
    ],
    [
      'an end before its start',
      calendar(['DTSTART;VALUE=DATE:20261224', 'DTEND;VALUE=DATE:20261220']),
      /it ends before it begins/,
    ],
    [
      'a zone that is not in the file',
      calendar(['DTSTART;TZID=Europe/Berlin:20261224T000000']),
      /time zone Europe\/Berlin is not in the file/,
    ],
    ['a rule of seconds', calendar(['DTSTART:20260101T000000Z', 'RRULE:FREQ=SECONDLY']), /is not followed/],
    [
      'a rule of a day that never comes',
      calendar(['DTSTART;VALUE=DATE:20260101', 'RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30']),
      /a day that its months do not have/,
    ],
    [
      'a rule that would never end',
      calendar(['DTSTART;VALUE=DATE:20260101', 'RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30']),
      /is not followed/,
    ],
    ['a rule of nonsense', calendar(['DTSTART;VALUE=DATE:20260101', 'RRULE:FREQ=NONSENSE']), /./],
    [
      'every day for ever',
      calendar(['DTSTART;VALUE=DATE:20260101', 'RRULE:FREQ=DAILY']),
      /closes more than 5000 dates/,
    ],
    ['a file without bound', `${calendar(['DTSTART;VALUE=DATE:20261224'])}${' '.repeat(300_000)}`, /more than 256 KiB/],
  ])('are not read out of %s', (_, text, because) => {
    expect(calendarDates(text, 'UTC')).toEqual({ ok: false, because: expect.stringMatching(because) });
  });
});

describe('a calendar of a window', () => {
  const [first, second] = soundConfig.waves;
  const configWith = (calendars: readonly string[]): string =>
    JSON.stringify({
      ...soundConfig,
      waves: [first, { ...second, window: 'office' }],
      windows: {
        office: { zone: 'Europe/Berlin', open: [{ from: '09:00', to: '17:00' }], except: ['2026-05-01'], calendars },
      },
    });
  const files = { 'holidays.ics': calendar(['DTSTART;VALUE=DATE:20261225']), 'broken.ics': 'BEGIN:VCALENDAR' };

  test('closes its dates beside those that are written', async () => {
    const parsed = await parse('fleet.json', configWith(['holidays.ics']), files);
    expect(parsed.ok && toWindows(parsed.config.windows).windows?.office?.except).toEqual(['2026-05-01', '2026-12-25']);
  });

  test('that is not there, or can not be read, refuses the config at its place', async () => {
    const parsed = await parse('fleet.json', configWith(['holiday.ics', 'broken.ics']), files);
    expect(!parsed.ok && parsed.problems).toMatchObject([
      { code: 'FILE_MISSING', path: '/windows/office/calendars/0', nearest: 'holidays.ics' },
      {
        code: 'CALENDAR_INVALID',
        path: '/windows/office/calendars/1',
        expected: 'an iCalendar file (RFC 5545) of whole events',
      },
    ]);
  });
});
