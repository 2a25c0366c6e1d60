import * as z from 'zod/mini';
import type { AlertReport } from '../rollout/alerts.ts';
import { bodyHash } from './deliveries.ts';
import { shown } from './image.ts';
import { type Refused, refused } from './refusal.ts';

/** Of one alert so many labels are read. */
const mostLabels = 64;
/** More alerts than a fleet has: above it a delivery is somebody's mistake. */
const mostAlerts = 10_000;

const labels = z.record(z.string(), z.string());
const text = z.optional(z.string());
/** Alertmanager writes the year 1 where a time is not known. */
const time = z.optional(
  z.pipe(
    z.string(),
    z.transform((written): number | undefined => {
      const at = Date.parse(written);
      return Number.isNaN(at) || at <= 0 ? undefined : at;
    }),
  ),
);
const status = z.enum(['firing', 'resolved']);

/**
 * Alertmanager's webhook, version 4 (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config). Grafana's contact point sends
 * the same members under version 1.
 */
const grouped = z.looseObject({
  version: z.string(),
  truncatedAlerts: z.optional(z.number()),
  alerts: z.array(
    z.looseObject({
      status,
      labels,
      annotations: z.optional(labels),
      startsAt: time,
      endsAt: time,
      generatorURL: text,
      fingerprint: text,
    }),
  ),
});

const plainAlert = z.strictObject({
  alert: z.string().check(z.minLength(1)),
  status,
  id: text,
  target: text,
  wave: text,
  service: text,
  labels: z.optional(labels),
  summary: text,
  link: text,
  startsAt: time,
  endsAt: time,
});
/** One alert, or several. */
const plain = z.union([z.strictObject({ alerts: z.array(plainAlert) }), plainAlert]);

/** Alerts, and how many more the sender had and left out. */
export interface AlertEvent {
  readonly reports: readonly AlertReport[];
  readonly truncated: number;
}

/**
 * What a delivery says of alerts: Alertmanager's and Grafana's groups, or our own plain form, `{alert, status, target | wave | service |
 * labels, id?, summary?, link?, startsAt?, endsAt?}`, one or `{alerts: [...]}`. Text is bounded and freed of control characters. Pure.
 */
export const readAlertEvent = (event: unknown): AlertEvent | Refused => {
  const isGrouped = typeof event === 'object' && event !== null && 'version' in event;
  const read = isGrouped ? readGrouped(event) : readPlain(event);
  if ('outcome' in read || read.reports.length <= mostAlerts) return read;
  return malformed(`it has ${read.reports.length} alerts, at most ${mostAlerts} are read`);
};

const readGrouped = (event: unknown): AlertEvent | Refused => {
  const { success, data, error } = grouped.safeParse(event);
  if (!success) return malformed(mistakesOf(error));
  const reports = data.alerts.map(
    ({ labels: given, annotations = {}, fingerprint, generatorURL, startsAt, endsAt, ...alert }): AlertReport => ({
      id: bounded(fingerprint ?? '', 100) || idOf(given),
      name: bounded(given.alertname ?? '', 100) || 'unnamed',
      status: alert.status,
      labels: fewOf(given),
      ...textOf('summary', annotations.summary ?? annotations.description ?? annotations.message),
      ...textOf('link', generatorURL),
      ...(startsAt === undefined ? {} : { startsAt }),
      // Of one that fires it is when it would end by itself.
      ...(endsAt === undefined || alert.status === 'firing' ? {} : { endsAt }),
    }),
  );
  return { reports, truncated: data.truncatedAlerts ?? 0 };
};

const readPlain = (event: unknown): AlertEvent | Refused => {
  const { success, data, error } = plain.safeParse(event);
  if (!success) {
    return malformed(
      `${mistakesOf(error)}; expected the webhook of Alertmanager or Grafana, or {alert, status: firing or resolved, target, wave, service or labels}`,
    );
  }
  const alerts = 'alerts' in data ? data.alerts : [data];
  const reports: AlertReport[] = [];
  for (const {
    alert,
    id,
    target,
    wave,
    service,
    labels: given = {},
    summary,
    link,
    startsAt,
    endsAt,
    ...rest
  } of alerts) {
    const places = Object.entries({ target, wave, service }).flatMap(([scope, name]) =>
      name === undefined ? [] : [{ scope: scope as 'target' | 'wave' | 'service', name: bounded(name, 200) }],
    );
    const [place, ...others] = places;
    if (others.length > 0)
      return malformed(`alert ${shown(alert)} names several of target, wave and service; expected one`);
    reports.push({
      id:
        bounded(id ?? '', 100) ||
        idOf({ ...given, alert, ...(place === undefined ? {} : { [place.scope]: place.name }) }),
      name: bounded(alert, 100),
      status: rest.status,
      labels: fewOf(given),
      ...textOf('summary', summary),
      ...textOf('link', link),
      ...(startsAt === undefined ? {} : { startsAt }),
      ...(endsAt === undefined ? {} : { endsAt }),
      ...(place === undefined ? {} : { place }),
    });
  }
  return { reports, truncated: 0 };
};

/** The same for the same labels, in whatever order they are written. */
const idOf = (given: Readonly<Record<string, string>>): string =>
  bodyHash(Buffer.from(JSON.stringify(Object.entries(given).toSorted(([a], [b]) => (a < b ? -1 : 1))))).slice(0, 16);

const fewOf = (given: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(given).slice(0, mostLabels));

/** One line of at most so many characters, without what moves a cursor or turns writing round. */
const bounded = (written: string, most: number): string =>
  [...written.replaceAll(/[\p{C}\s]+/gu, ' ').trim()].slice(0, most).join('');

const textOf = <Name extends 'summary' | 'link'>(name: Name, written: string | undefined) => {
  const line = bounded(written ?? '', 200);
  return line === '' ? {} : { [name]: line };
};

const mistakesOf = (error: z.core.$ZodError): string =>
  error.issues
    .slice(0, 5)
    .map(({ path, message }) => shown(`${path.join('.') || 'event'}: ${message}`))
    .join('; ');

const malformed = (because: string): Refused => refused(422, 'EVENT_MALFORMED', `alerts: ${because}`);
