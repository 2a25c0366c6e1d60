import type { AlertGate } from '../../rollout/gate.ts';
import { kindOf, type MetricSource, placeOf } from '../../rollout/metric-source.ts';
import { fillPlaceholders, PlaceholderUnknown } from '../../rollout/placeholders.ts';
import type { Target } from '../../rollout/target.ts';
import type { Judgement } from '../../rollout/verdict.ts';
import type { StoreOutside } from '../stores/reading.ts';
import type { StoreTools } from '../stores/store-tools.ts';
import { readAlertmanager } from './alertmanager.ts';
import { type AlertsRead, type AlertsUnread, type Labels, labelsText } from './alerts-read.ts';
import { assessAlerts } from './assess-alerts.ts';
import { readCloudWatchAlarms } from './cloudwatch-alarms.ts';
import { readInfluxStatuses } from './influxdb-statuses.ts';
import { readPrometheusAlerts } from './prometheus-alerts.ts';

export interface AlertsOrder {
  readonly name: string;
  readonly gate: AlertGate;
  readonly source: MetricSource;
  /** Absent: asked for all targets at once. */
  readonly target?: Target;
}

/** The alert that always fires where Prometheus' own operator sets things up. */
const WATCHDOG: Labels = { alertname: 'Watchdog' };

/**
 * Looks once whether an alert with a gate's labels fires, as far as one target is concerned. Reads only; a source that can not be asked
 * is inconclusive, not a throw. Rejects when `signal` aborts.
 */
export const measureAlerts = async (
  { name, gate, source, target }: AlertsOrder,
  outside: StoreOutside,
  tools: Omit<StoreTools, 'openTarget'>,
  signal: AbortSignal,
): Promise<Judgement> => {
  const of = target === undefined ? {} : { target: target.name };
  const asked = { gate: name, ...of, source: `${gate.source} (${placeOf(source)})`, at: outside.clock.now() };
  try {
    const labels = Object.fromEntries(
      Object.entries(gate.labels).map(([label, value]) => [
        label,
        target === undefined ? value : fillPlaceholders(value, target, (text) => text),
      ]),
    );
    const found = await readAlerts(source, labels, gate, outside, tools, signal);
    return assessAlerts({ ...asked, query: labelsText(labels) }, found);
  } catch (error) {
    if (!(error instanceof PlaceholderUnknown)) throw error;
    return assessAlerts({ ...asked, query: labelsText(gate.labels) }, { failed: error.message });
  }
};

const readAlerts = async (
  source: MetricSource,
  labels: Labels,
  { heartbeat, maxAgeMs }: AlertGate,
  outside: StoreOutside,
  tools: Omit<StoreTools, 'openTarget'>,
  signal: AbortSignal,
): Promise<AlertsRead | AlertsUnread> => {
  if ('prometheus' in source) return readPrometheusAlerts(source, labels, maxAgeMs, outside, tools, signal);
  if ('alertmanager' in source) return readAlertmanager(source, labels, heartbeat ?? WATCHDOG, outside, signal);
  if ('influxdb2' in source) return readInfluxStatuses(source, labels, maxAgeMs, outside, signal);
  if ('cloudwatch' in source) return readCloudWatchAlarms(source, labels, outside, tools, signal);
  return { failed: `${kindOf(source)} has no alerts` };
};
