import ICAL from 'ical.js';

/** Parts of a rule that mean something definite at each frequency; with others a rule may never come to an end, or to a date. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  YEARLY: ['BYMONTH', 'BYMONTHDAY', 'BYDAY'],
  MONTHLY: ['BYMONTHDAY', 'BYDAY'],
  WEEKLY: ['BYDAY'],
  DAILY: [],
};
/** February has 29 days in some years: a rule for that day is one of these years. */
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Why the recurrence of an event is not followed; `undefined` where it is. A day that no month has would be taken for the next. */
export const ruleFault = (event: InstanceType<typeof ICAL.Component>): string | undefined => {
  if (event.getFirstProperty('exrule') !== null) return 'EXRULE is not of RFC 5545';
  for (const property of event.getAllProperties('rrule')) {
    const rule = property.getFirstValue();
    if (!(rule instanceof ICAL.Recur)) return 'its RRULE is none';
    const parts = rule.parts as Readonly<Record<string, readonly (number | string)[]>>;
    const allowed = PARTS[rule.freq];
    const strange = Object.keys(parts).filter((part) => !allowed?.includes(part));
    if (allowed === undefined || strange.length > 0 || !(rule.interval >= 1)) {
      return `RRULE ${String(rule).slice(0, 80)} is not followed; expected DAILY, WEEKLY with BYDAY, MONTHLY with BYDAY or BYMONTHDAY, or YEARLY with these and BYMONTH`;
    }
    if (parts.BYMONTHDAY !== undefined && parts.BYDAY !== undefined) return 'its RRULE has both BYMONTHDAY and BYDAY';
    const months = (parts.BYMONTH ?? []).map(Number);
    const days = (parts.BYMONTHDAY ?? []).map(Number);
    if (months.some((month) => !(month >= 1 && month <= 12))) return 'its RRULE has a month that is none';
    const most = Math.min(31, ...months.map((month) => DAYS[month - 1] ?? 31));
    if (days.some((day) => !(day >= 1 && day <= most))) return 'its RRULE has a day that its months do not have';
    if (rule.freq === 'YEARLY' && days.length > 0 && months.length === 0)
      return 'its RRULE has days of a month and no month';
  }
  return undefined;
};
