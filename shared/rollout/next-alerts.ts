import type { AlertReport, AlertsAt, FiringAlert } from './alerts.ts';

/** So many are kept for one place: the others are told of again while they fire, and are kept when there is room. */
const mostKept = 200;
/** How far the clocks of senders may be from ours, and for how long one that has resolved is known. */
const skewMs = 5 * 60_000;
const rememberedMs = 60 * 60_000;

/**
 * What is known of alerts at a place after some more were told of. An alert that fires goes on until it resolves, or is not heard of any
 * more (`silentFrom`): told again it is the same one. Only one that began after it was last heard of has fired anew, and so has one that
 * comes after its end; what is told late of a time before that end changes nothing. One that resolves and was never seen changes nothing
 * but that. One that is waived and comes to be about more than was waived holds again. Those that begin anew have not been acted on and are
 * waived by nobody. Pure.
 */
export const nextAlerts = (before: AlertsAt, reports: readonly AlertReport[], now: number): AlertsAt => {
  const firing = new Map(before.firing.map((alert) => [alert.id, alert]));
  const resolved = new Map(Object.entries(before.resolved).filter(([, until]) => now - until < rememberedMs));
  // What ends first makes room for what begins.
  for (const report of reports.filter(({ status }) => status === 'resolved')) {
    const known = firing.get(report.id);
    // The end of an earlier time. When it began says less: two that watch the same seldom agree on that.
    if (known !== undefined && isBefore(report.endsAt, known.startsAt)) continue;
    firing.delete(report.id);
    resolved.set(report.id, Math.max(resolved.get(report.id) ?? 0, report.endsAt ?? now));
  }
  for (const report of reports.filter(({ status }) => status === 'firing')) {
    const end = resolved.get(report.id);
    if (end !== undefined && report.startsAt !== undefined && report.startsAt <= end) continue;
    const known = firing.get(report.id);
    if (known === undefined && firing.size >= mostKept) continue;
    const goesOn = known !== undefined && !((report.startsAt ?? 0) > known.heardAt + skewMs);
    firing.set(report.id, goesOn ? heardAgain(known, report, now) : begun(report, now));
  }
  return {
    ...before,
    firing: [...firing.values()].toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1)),
    resolved: Object.fromEntries([...resolved].slice(-mostKept)),
  };
};

const heardAgain = (before: FiringAlert, report: AlertReport, now: number): FiringAlert => {
  const { endsAt: _, ...known } = inDetail(before, report, now);
  const { endsAt } = report;
  const everyMs = Math.max(known.everyMs ?? 0, now - known.heardAt);
  return {
    ...known,
    heardAt: now,
    ...(everyMs === 0 ? {} : { everyMs }),
    ...(endsAt === undefined ? {} : { endsAt }),
  };
};

/** Of one that says what it is about in detail: that, as it is now. A waiver stays while it is nothing more than was waived. */
const inDetail = (known: FiringAlert, { parts, summary }: AlertReport, now: number): FiringAlert => {
  if (parts === undefined) return known;
  const told = { ...known, parts, ...(summary === undefined ? {} : { summary }) };
  if (known.waived === undefined || parts.every((part) => known.parts?.includes(part) === true)) return told;
  const { waived: _, ...holding } = told;
  return { ...holding, at: now, outgrownAt: now };
};

/** So many repetitions may be missed. */
const repetitions = 3;
/** As often as Alertmanager and Grafana repeat by default (`repeat_interval`). */
const usualRepeatMs = 4 * 60 * 60_000;

/**
 * When an alert is over though nobody said so: after the end that its sender gave it, or when it was not told of for three times as long
 * as its sender leaves between two tellings, and for twelve hours at least. That it was told of again sooner says nothing of how often it
 * is repeated: Alertmanager tells of all alerts of a group whenever one of them changes (`group_interval`), and then not for hours.
 */
const silentFrom = ({ heardAt, everyMs = 0, endsAt }: FiringAlert): number =>
  endsAt === undefined ? heardAt + repetitions * Math.max(usualRepeatMs, everyMs) : Math.max(endsAt, heardAt) + skewMs;

/** Whether an alert is over by its silence; Tidegate's own say so themselves. Pure. */
export const isSilent = (alert: FiringAlert, now: number): boolean => alert.own !== true && now >= silentFrom(alert);

/** What is known of alerts at a place without those that are over by their silence; itself where there is none. Pure. */
export const withoutSilent = (before: AlertsAt, now: number): AlertsAt => {
  const firing = before.firing.filter((alert) => !isSilent(alert, now));
  return firing.length === before.firing.length ? before : { ...before, firing };
};

/** Those that what runs there is still to be stopped for; Tidegate's own keep what comes next from their target, and stop nothing. Pure. */
export const unacted = ({ firing }: AlertsAt): readonly FiringAlert[] =>
  firing.filter(({ actedAt, waived, own }) => actedAt === undefined && waived === undefined && own !== true);

const begun = ({ id, name, startsAt, endsAt, summary, link, own, parts }: AlertReport, now: number): FiringAlert => ({
  id,
  name,
  ...(startsAt === undefined ? {} : { startsAt }),
  ...(endsAt === undefined ? {} : { endsAt }),
  ...(summary === undefined ? {} : { summary }),
  ...(link === undefined ? {} : { link }),
  ...(own === undefined ? {} : { own }),
  ...(parts === undefined ? {} : { parts }),
  at: now,
  heardAt: now,
});

const isBefore = (one: number | undefined, other: number | undefined): boolean =>
  one !== undefined && other !== undefined && one < other;
