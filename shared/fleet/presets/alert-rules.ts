import { stringify } from 'yaml';
import type { Preset } from './preset.ts';
import { presetQueries } from './preset-queries.ts';

/** What the rules of a preset are written for. */
export interface RuleScope {
  readonly labels: Readonly<Record<string, string>>;
  readonly window: string;
}

/**
 * The gates of a preset as a file of Prometheus alerting rules (prometheus.io/docs/prometheus/latest/configuration/alerting_rules). A
 * rule fires where the gate would fail for two minutes; leading indicators have `severity: warning`, the others `severity: critical`.
 */
export const alertRules = (name: string, preset: Preset, { labels, window }: RuleScope): string => {
  const rules = Object.entries(preset.gates).flatMap(([gate, spec]) => {
    const found = presetQueries(spec, 'promql', { labels, window, bucket: '' });
    if (found === undefined) return [];
    const { metric, limits } = found;
    const value =
      'query' in metric ? metric.query : `(${metric.errors}) / (${metric.requests} > ${(limits.minRequests ?? 1) - 1})`;
    const exceeded = [
      ...(limits.failAbove === undefined ? [] : [`(${value}) > ${limits.failAbove}`]),
      ...(limits.failBelow === undefined ? [] : [`(${value}) < ${limits.failBelow}`]),
    ];
    return {
      alert: pascal(`${name}-${gate}`),
      expr: exceeded.join(' or '),
      for: '2m',
      labels: { severity: spec.leading === true ? 'warning' : 'critical', preset: name },
      annotations: { summary: `${spec.says} ({{ $value }})` },
    };
  });
  return stringify({ groups: [{ name: `tidegate-${name}`, rules }] }, { lineWidth: 0 });
};

const pascal = (text: string): string =>
  text
    .split('-')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');
