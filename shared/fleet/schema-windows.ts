import { z } from 'zod';
import { isZone } from '../rollout/wall-time.ts';
import type { RuleName } from './rules.ts';
import { repositoryPath } from './schema-fields.ts';

const rule = (name: RuleName): RuleName => name;

/** As the config names them, from 0. */
export const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

/** Whether it is a date of the calendar, as 2026-12-24. */
export const isDate = (text: string): boolean => {
  const at = Date.parse(`${text}T00:00:00Z`);
  // 31 February would be read as a day in March.
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
};

const range = z
  .strictObject({
    days: z
      .array(z.enum(WEEKDAYS, rule('day')))
      .min(1, rule('day'))
      .default([...WEEKDAYS])
      .describe('Days on which it begins: mon, tue, wed, thu, fri, sat, sun; all.'),
    from: z
      .string(rule('timeOfDay'))
      .regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, rule('timeOfDay'))
      .describe('When it begins, by the clock on the wall there, as "09:00".'),
    to: z
      .string(rule('timeOfDay'))
      .regex(/^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$/, rule('timeOfDay'))
      .describe('When it ends, as "16:30"; at or before `from`, on the next day.'),
  })
  .refine(({ from, to }) => from !== to, rule('emptyRange'));

/** An entry of `windows`. */
export const windowSchema = z.strictObject({
  zone: z
    .string(rule('zone'))
    .refine(isZone, rule('zone'))
    .describe('Time zone by its IANA name, whose clocks and calendar count: Europe/Berlin.'),
  open: z.array(range).min(1, rule('countFromOne')).describe('Parts of the week in which a deployment may begin.'),
  except: z
    .array(z.string(rule('date')).refine(isDate, rule('date')))
    .default([])
    .describe('Dates on which nothing begins, as "2026-12-24"; what has begun the day before goes on past midnight.'),
  calendars: z
    .array(repositoryPath)
    .default([])
    .describe('iCalendar files of the repository; every day that an event of them touches is as one of except.'),
});
