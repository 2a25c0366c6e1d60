import type { MetricSource } from '../rollout/metric-source.ts';
import type { MetricsEntry } from './config.ts';
import { durationMs } from './duration.ts';

/** The metric stores of the config, in the words of the rollout. */
export const toMetricSources = (
  entries: Readonly<Record<string, MetricsEntry>>,
): Readonly<Record<string, MetricSource>> =>
  Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, sourceOf(entry)]));

const sourceOf = (entry: MetricsEntry): MetricSource => {
  if ('pods' in entry) {
    const { pods: labels, namespace, port, path, join } = entry;
    return { pods: { labels, ...given({ namespace }), port, path }, join, allow: [] };
  }
  if ('datadog' in entry) {
    const { apiKeySecret, lag, ...rest } = entry;
    return { ...rest, tokenSecret: apiKeySecret, ...lagOf(lag) };
  }
  if ('cloudwatch' in entry) {
    const { cloudwatch, allow, ...rest } = entry;
    return { cloudwatch, ...given(rest), allow };
  }
  const { tokenSecret, username, tls, allow, ...written } = entry;
  const { lag, ...store } = { lag: undefined, ...written };
  const access = {
    ...lagOf(lag),
    ...given({ tokenSecret, username }),
    ...(tls === undefined ? {} : { tls: given(tls) }),
    allow,
  };
  if ('prometheus' in store) {
    const { prometheus, ...rest } = store;
    return { prometheus, ...given(rest), ...access };
  }
  return { ...store, ...access };
};

const lagOf = (lag: string | undefined): { readonly lagMs?: number } =>
  lag === undefined ? {} : { lagMs: durationMs(lag) };

type Given<Value extends object> = { readonly [Key in keyof Value]?: Exclude<Value[Key], undefined> };

/** The members that were given. */
const given = <Value extends object>(value: Value): Given<Value> =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Given<Value>;
