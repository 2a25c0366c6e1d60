import { z } from 'zod';
import { fetchStore, isHtml, JSON_TYPE, jsonOf, printable, type StoreAnswer } from '../stores/ask-store.ts';
import { type PrometheusSource, tenantHeaders } from '../stores/prometheus.ts';
import { identityHeaders } from '../stores/prometheus-identity.ts';
import type { StoreOutside } from '../stores/reading.ts';
import type { StoreTools } from '../stores/store-tools.ts';
import { type AlertsRead, type AlertsUnread, hasLabels, type Labels, labelsText } from './alerts-read.ts';

const labels = z.record(z.string(), z.string());
const alert = z.object({ labels, state: z.string() });
const rule = z.object({
  type: z.string(),
  name: z.string().default(''),
  labels: labels.nullish(),
  health: z.string().default('unknown'),
  lastError: z.string().nullish(),
  lastEvaluation: z.string().default(''),
  alerts: z.array(alert).nullish(),
});
const group = z.object({ name: z.string().default(''), interval: z.number().default(60), rules: z.array(rule) });
const answer = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('success'),
    warnings: z.array(z.string()).nullish(),
    data: z.object({ groups: z.array(group) }),
  }),
  z.object({ status: z.literal('error'), errorType: z.string().default(''), error: z.string().default('') }),
]);

type Rule = z.output<typeof rule>;

/**
 * The alerts of a Prometheus (`/api/v1/rules?type=alert`, which has each rule with its health and its active alerts; also Thanos, Mimir
 * and vmalert). A rule that could fire with these labels and failed to evaluate, or was not evaluated within `maxAgeMs` and twice its
 * interval, leaves it unknown; so does a source in which no rule could fire with them, as with a misspelt label.
 */
export const readPrometheusAlerts = async (
  source: PrometheusSource,
  wanted: Labels,
  maxAgeMs: number,
  outside: StoreOutside,
  tools: Pick<StoreTools, 'googleToken' | 'azureToken'>,
  signal: AbortSignal,
): Promise<AlertsRead | AlertsUnread> => {
  const question = {
    url: `${source.prometheus.replace(/\/+$/, '')}/api/v1/rules?type=alert`,
    method: 'GET' as const,
    headers: { accept: 'application/json', ...tenantHeaders(source.tenant) },
    secretHeaders: identityHeaders(source, tools, signal),
    expects: JSON_TYPE,
    // Some thousand rules with their texts.
    mostBytes: 16_777_216,
  };
  const found = await fetchStore(source, question, outside, signal);
  return 'failed' in found ? found : assessRules(found, wanted, maxAgeMs, outside.clock.now());
};

const assessRules = (
  { status, text }: StoreAnswer,
  wanted: Labels,
  maxAgeMs: number,
  now: number,
): AlertsRead | AlertsUnread => {
  const parsed = answer.safeParse(jsonOf(text));
  if (!parsed.success)
    return { failed: `status ${status} and no answer of the rules API${isHtml(text) ? ' but a web page' : ''}` };
  if (parsed.data.status === 'error')
    return { failed: `status ${status}, ${printable(parsed.data.errorType)}: ${printable(parsed.data.error)}` };
  if (status !== 200) return { failed: `status ${status} with an answer that says success` };
  const [warning] = parsed.data.warnings ?? [];
  const rules = parsed.data.data.groups.flatMap(({ interval, rules: each }) =>
    each.filter(({ type }) => type === 'alerting').map((one) => ({ ...one, interval })),
  );
  const watching = rules.filter((one) => couldFire(one, wanted));
  const unwell = watching.flatMap((one) => {
    const because = illness(one, maxAgeMs + 2_000 * one.interval, now);
    return because === undefined ? [] : [`rule ${printable(one.name)} ${because}`];
  });
  const firing = rules.flatMap(({ name, alerts }) =>
    (alerts ?? [])
      .filter(({ state, labels: own }) => state === 'firing' && hasLabels(own, wanted))
      .map(({ labels: own }) => `${printable(name)}${printable(labelsText(own))}`),
  );
  const unknown = [...(warning === undefined ? [] : [`the store warns: ${printable(warning)}`]), ...unwell];
  return { firing, unknown, watching: watching.length };
};

/** A label that a rule sets must be the wanted one; one that it leaves out, or makes of its series, may become it. */
const couldFire = ({ name, labels: own }: Rule, wanted: Labels): boolean =>
  Object.entries(wanted).every(([label, value]) => {
    if (label === 'alertname') return value === name;
    const set = own?.[label];
    return set === undefined || set === value || set.includes('{{');
  });

const illness = ({ health, lastError, lastEvaluation }: Rule, limitMs: number, now: number): string | undefined => {
  if (health !== 'ok')
    return `was not evaluated (health ${printable(health)}${lastError ? `: ${printable(lastError)}` : ''})`;
  const at = Date.parse(lastEvaluation);
  if (Number.isNaN(at) || at <= 0) return 'was never evaluated';
  const ageMs = Math.abs(now - at);
  if (ageMs <= limitMs) return undefined;
  return `was evaluated ${Math.round(ageMs / 1_000)} s ago, expected at most ${Math.round(limitMs / 1_000)} s`;
};
