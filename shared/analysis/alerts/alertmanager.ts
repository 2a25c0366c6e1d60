import { z } from 'zod';
import type { MetricAccess } from '../../rollout/metric-source.ts';
import { fetchStore, isHtml, JSON_TYPE, jsonOf, printable } from '../stores/ask-store.ts';
import type { StoreOutside } from '../stores/reading.ts';
import { type AlertsRead, type AlertsUnread, hasLabels, type Labels, labelsText } from './alerts-read.ts';

const alert = z.object({
  labels: z.record(z.string(), z.string()),
  status: z.object({
    state: z.enum(['active', 'suppressed', 'unprocessed']),
    silencedBy: z.array(z.string()).nullish(),
  }),
});

/**
 * The alerts of an Alertmanager (API v2). One that is silenced does not count: a person said so, and how many there are is said. One
 * that is inhibited does: nobody decided that, and what inhibits it may have other labels. That nothing fires means something only
 * where alerts arrive at all, so the heartbeat, an alert that always fires, must be there.
 */
export const readAlertmanager = async (
  source: { readonly alertmanager: string } & MetricAccess,
  wanted: Labels,
  heartbeat: Labels,
  outside: StoreOutside,
  signal: AbortSignal,
): Promise<AlertsRead | AlertsUnread> => {
  const question = {
    url: `${source.alertmanager.replace(/\/+$/, '')}/api/v2/alerts`,
    method: 'GET' as const,
    headers: { accept: 'application/json' },
    expects: JSON_TYPE,
    mostBytes: 16_777_216,
  };
  const found = await fetchStore(source, question, outside, signal);
  if ('failed' in found) return found;
  const parsed = z.array(alert).safeParse(jsonOf(found.text));
  if (!parsed.success || found.status !== 200)
    return {
      failed: `status ${found.status} and no answer of the alerts API${isHtml(found.text) ? ' but a web page' : ''}`,
    };
  const alerts = parsed.data;
  const meant = alerts.filter(({ labels }) => hasLabels(labels, wanted) && !hasLabels(labels, heartbeat));
  const silenced = meant.filter(({ status }) => (status.silencedBy ?? []).length > 0);
  const firing = meant.filter((each) => !silenced.includes(each));
  const beats = alerts.some(({ labels }) => hasLabels(labels, heartbeat));
  const none = `the heartbeat ${labelsText(heartbeat)} does not fire, so that alerts may not arrive here`;
  return {
    firing: firing.map(
      ({ labels, status }) => `${printable(labelsText(labels))}${status.state === 'suppressed' ? ' (inhibited)' : ''}`,
    ),
    unknown: beats ? [] : [printable(none)],
    watching: 1,
    ...(silenced.length === 0 ? {} : { note: `${silenced.length} silenced, which do not count` }),
  };
};
