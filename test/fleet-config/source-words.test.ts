import { describe, expect, it } from 'vitest';
import { toGates } from '../../shared/fleet/gates.ts';
import { parse, problemsOf } from './configs.ts';

/** A config whose gate names its store as given, on line 12. */
const withMetric = (metric: string): string =>
  [
    'services:',
    '  storage: { jsonnet: services/storage.jsonnet }',
    'targets:',
    '  one: { kubeconfig: { path: k } }',
    'waves:',
    '  - { name: all, targets: {}, gates: [errors] }',
    'metrics:',
    '  prod: { prometheus: "https://p.example.com" }',
    '  old: { influxdb1: "https://i.example.com?db=telegraf" }',
    'gates:',
    '  errors:',
    `    metric: { ${metric} }`,
    '    failAbove: 1',
    '',
  ].join('\n');
const problems = (metric: string) => problemsOf('fleet.yaml', withMetric(metric));

describe('a gate that names its store by prometheus, as once it was written', () => {
  it('is the same gate as by source', async () => {
    const gatesOf = async (metric: string) => {
      const parsed = await parse('fleet.yaml', withMetric(metric));
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
      const { gates, frozen, metrics } = parsed.config;
      return toGates(gates, frozen, metrics);
    };
    const written = await gatesOf('prometheus: prod, query: "min(up)"');
    expect(written).toEqual(await gatesOf('source: prod, query: "min(up)"'));
    expect(written.errors).toMatchObject({ kind: 'metric', source: 'prod', query: { value: 'min(up)' } });
    expect(written.errors).not.toHaveProperty('prometheus');
  });

  it('of a store that is not there is told so where it stands', async () => {
    expect(await problems('query: "min(up)", prometheus: prd')).toEqual([
      'UNKNOWN_METRICS fleet.yaml:12:45 /gates/errors/metric/prometheus: there is no metric store "prd"; expected a name of metrics; did you mean prod?',
    ]);
  });

  it('of a store of another kind is told the word for that', async () => {
    expect(await problems('prometheus: old, query: "SELECT last(v) FROM m"')).toEqual([
      'GATE_INVALID fleet.yaml:12:27 /gates/errors/metric/prometheus: the store old is of influxdb1; expected a store of prometheus; write source: old',
    ]);
  });

  it('by both words, or by none, is told so', async () => {
    expect(await problems('source: prod, prometheus: prod, query: "min(up)"')).toEqual([
      'SCHEMA_CHOICE fleet.yaml:12:41 /gates/errors/metric/prometheus: source and prometheus are both written; expected the store once, by source',
    ]);
    expect(await problems('query: "min(up)"')).toEqual([
      'MISSING_FIELD fleet.yaml:12:5 /gates/errors/metric/source: source is missing; expected a name of metrics',
    ]);
    expect(await problems('prometheus: "", query: "min(up)"')).toEqual([
      'SCHEMA_TYPE fleet.yaml:12:27 /gates/errors/metric/prometheus: "" is not accepted; expected text',
    ]);
  });
});
