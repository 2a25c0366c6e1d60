import { type AlertPlace, type AlertReport, type AlertsAt, alertHold, type FiringAlert } from '../rollout/alerts.ts';
import type { Hold } from '../rollout/holds.ts';
import { isSilent, nextAlerts, withoutSilent } from '../rollout/next-alerts.ts';
import { type HoldChange, historyWrites, readHolds } from './holds.ts';
import type { Ledger, Row } from './ledger.ts';
import { queryAll, stored, update } from './update.ts';

/** One row for each place that an alert ever came from: they are read whenever a target may be entered, never before each write. */
const partition = 'alerts';
const keyOf = ({ scope, name }: AlertPlace) => ({ partition, sort: `${scope}#${name}` });

const alertsOf = (place: AlertPlace, row: Row | undefined): AlertsAt =>
  row === undefined ? { scope: place.scope, name: place.name, firing: [], resolved: {} } : stored<AlertsAt>(row);

/**
 * Keeps what was told of alerts at a place, and returns what is known of them then. Where Tidegate itself says why one of its own is over, that
 * is kept in the history of holds. Twice is as once.
 */
export const keepAlerts = async (
  ledger: Ledger,
  place: AlertPlace,
  reports: readonly AlertReport[],
  now: number,
): Promise<AlertsAt> => {
  const own = reports.find((report) => report.own === true && report.status === 'resolved');
  const why =
    own?.summary === undefined ? { by: 'its source', because: 'resolved' } : { by: 'Tidegate', because: own.summary };
  return change(ledger, place, { ...why, at: now, action: 'resolve' }, (before) => nextAlerts(before, reports, now));
};

/**
 * Lets go of alerts that are over by their silence, and says so in the history of holds. Twice is as once. Returns the places that
 * changed.
 */
export const ageAlerts = async (ledger: Ledger, now: number): Promise<readonly string[]> => {
  const aged: string[] = [];
  for (const row of await queryAll(ledger, partition)) {
    const before = stored<AlertsAt>(row);
    const silent = before.firing.find((alert) => isSilent(alert, now));
    if (silent === undefined) continue;
    const since = new Date(silent.heardAt).toISOString();
    const because = `alert ${silent.name} was not told of again since ${since}, and its end was not either`;
    const why = { by: 'Tidegate', because, at: now, action: 'resolve' };
    await change(ledger, before, why, (current) => withoutSilent(current, now));
    aged.push(`${before.scope}/${before.name}`);
  }
  return aged;
};

/** Notes of alerts that what runs there has been stopped for them. */
export const noteActed = async (
  ledger: Ledger,
  place: AlertPlace,
  acted: readonly FiringAlert[],
  at: number,
): Promise<void> => {
  const isActed = (alert: FiringAlert) => acted.some(({ id, at: begun }) => id === alert.id && begun === alert.at);
  await update(ledger, keyOf(place), (row) => {
    if (row === undefined) return undefined;
    const before = alertsOf(place, row);
    return { ...before, firing: before.firing.map((alert) => (isActed(alert) ? { ...alert, actedAt: at } : alert)) };
  });
};

/**
 * Lets releases by while the alerts that fire at a place now fire on, in somebody's name; one that begins later holds again. Returns the
 * hold that they were, `undefined` where there was none.
 */
export const waiveAlerts = async (
  ledger: Ledger,
  place: AlertPlace,
  waived: NonNullable<FiringAlert['waived']>,
): Promise<Hold | undefined> => {
  let held: Hold | undefined;
  await change(ledger, place, { ...waived, action: 'waive' }, (before) => {
    held = alertHold(before);
    return held === undefined ? before : { ...before, firing: before.firing.map((alert) => ({ waived, ...alert })) };
  });
  return held;
};

/** Which targets releases are let by to though Tidegate's own alert of that id fires there, and by whom. */
export const readOwnWaivers = async (
  ledger: Ledger,
  id: string,
): Promise<ReadonlyMap<string, NonNullable<FiringAlert['waived']>>> =>
  new Map(
    (await queryAll(ledger, partition)).flatMap((row) => {
      const { scope, name, firing } = stored<AlertsAt>(row);
      const { waived } = firing.find((alert) => alert.own === true && alert.id === id) ?? {};
      return scope === 'target' && waived !== undefined ? [[name, waived] as const] : [];
    }),
  );

/** Everything that is held by alerts now. */
export const readAlertHolds = async (ledger: Ledger): Promise<readonly Hold[]> =>
  (await readAlertHoldsApart(ledger)).all;

/** Everything that is held by alerts now, and, apart, by those of others: what Tidegate itself has found of a target is about that target alone. */
export const readAlertHoldsApart = async (
  ledger: Ledger,
): Promise<{ readonly all: readonly Hold[]; readonly others: readonly Hold[] }> => {
  const places = (await queryAll(ledger, partition)).map((row) => stored<AlertsAt>(row));
  const holdsOf = (isMeant: (alert: FiringAlert) => boolean) =>
    places.flatMap((alerts) => alertHold({ ...alerts, firing: alerts.firing.filter(isMeant) }) ?? []);
  return { all: holdsOf(() => true), others: holdsOf(({ own }) => own !== true) };
};

/** Everything that is held now: by people first, then by alerts. */
export const readAllHolds = async (ledger: Ledger): Promise<readonly Hold[]> =>
  (await Promise.all([readHolds(ledger), readAlertHolds(ledger)])).flat();

/** Writes what `next` makes of a place, and with it, when it begins or ceases to be held by that, into the history of holds. */
const change = async (
  ledger: Ledger,
  place: AlertPlace,
  why: Pick<Hold, 'by' | 'because' | 'at'> & { readonly action: string },
  next: (before: AlertsAt) => AlertsAt,
): Promise<AlertsAt> => {
  let changed: HoldChange | undefined;
  const decide = (current: Row | undefined) => {
    const before = alertsOf(place, current);
    const after = next(before);
    changed = holdChange(place, alertHold(before), alertHold(after), why);
    return { ...after };
  };
  const beside = () => (changed === undefined ? [] : [historyWrites(changed)]);
  return alertsOf(place, await update(ledger, keyOf(place), decide, undefined, beside));
};

const holdChange = (
  { scope, name }: AlertPlace,
  before: Hold | undefined,
  after: Hold | undefined,
  why: Pick<Hold, 'by' | 'because' | 'at'> & { readonly action: string },
): HoldChange | undefined => {
  const { at, by, because, action } = why;
  // It may have fired for long beside another, which is over now: what holds is new, though not the alert.
  if (after !== undefined && after.at !== before?.at) return { at, by: after.by, because: after.because, set: after };
  if (before === undefined || after !== undefined) return undefined;
  return { at, by, because, action, lifted: { kind: 'alert', scope, name } };
};
