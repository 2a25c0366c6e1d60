import { describe, expect, it, test } from 'vitest';
import { toGates } from '../../shared/fleet/gates.ts';
import { gateSchema } from '../../shared/fleet/schema-gates.ts';
import { parse, soundConfig } from './configs.ts';

const gateOf = (entry: unknown, waves: readonly { gates: string[]; targets: string[] }[] = []) =>
  toGates({ gate: gateSchema.parse(entry) }, waves, {}).gate;

describe('a probe of the config', () => {
  const below = { failures: 0.001 };
  test.each([
    [
      {
        http: 'https://{target}.example.com/',
        headers: { 'x-release': 'v2' },
        json: { '/status': 'ok' },
        within: '300ms',
        redirects: 2,
        ip: 6,
      },
      {
        http: 'https://{target}.example.com/',
        status: [200],
        headers: { 'x-release': 'v2' },
        json: { '/status': 'ok' },
        withinMs: 300,
        redirects: 2,
        family: 6,
      },
    ],
    [
      { tcp: 'db.example.com:5432', ip: 4 },
      { tcp: 'db.example.com:5432', family: 4 },
    ],
    [{ tls: 'a.example.com:443' }, { tls: 'a.example.com:443', minDaysLeft: 14 }],
    [
      { dns: '{target}.example.com', addresses: ['192.0.2.1'] },
      { dns: '{target}.example.com', addresses: ['192.0.2.1'] },
    ],
    [
      { grpc: 'a.example.com:443', service: 'shop' },
      { grpc: 'a.example.com:443', service: 'shop', secure: true },
    ],
    [
      { ws: 'wss://a.example.com/feed', echo: 'tide' },
      { ws: 'wss://a.example.com/feed', echo: 'tide' },
    ],
    [
      { stream: 'https://a.example.com/events', hold: '5s' },
      { stream: 'https://a.example.com/events', holdMs: 5_000 },
    ],
  ])('%j is in the words of the rollout', (probe, check) => {
    expect(gateOf({ probe, below })).toMatchObject({ kind: 'probe', check });
  });

  test.each([
    [{ ws: 'https://a.example.com/' }],
    [{ dns: '' }],
    [{ grpc: 'a.example.com' }],
    [{ tcp: 'a.example.com:1', ip: 5 }],
    [{ http: 'https://a.example.com/', json: { status: 'ok' } }],
    [{ http: 'https://a.example.com/', redirects: 11 }],
    [{ stream: 'https://a.example.com/', hold: '21s' }],
  ])('%j is refused', (probe) => {
    expect(gateSchema.safeParse({ probe, below }).success).toBe(false);
  });
});

describe('a sequential gate of the config', () => {
  const probe = { probe: { tcp: 'a.example.com:1' }, below: { failures: 0.001 }, test: 'sequential' };
  const counts = { metric: { source: 'prod', errors: 'e', requests: 'r' }, failAbove: 0.001, test: 'sequential' };

  it('shares its level with all of its wave, in the widest wave', () => {
    const waves = [
      { gates: ['gate'], targets: ['a', 'b'] },
      { gates: ['gate', 'other'], targets: ['c', 'd', 'e', 'f'] },
    ];
    expect(gateOf(probe, waves)).toMatchObject({ test: { kind: 'sequential', level: 0.05, of: 4 } });
    expect(gateOf({ ...counts, level: 0.01 }, waves)).toMatchObject({
      test: { kind: 'sequential', level: 0.01, of: 8, looks: 100 },
    });
  });

  test.each([
    [{ ...probe, below: { failures: 0 } }],
    [{ ...counts, failAbove: 1.5 }],
    [{ ...counts, metric: { source: 'prod', query: 'q' } }],
    [{ ...counts, failAbove: undefined, failBelow: 0.1 }],
    [{ ...probe, level: 0 }],
    [{ ...probe, test: 'bayes' }],
  ])('%j is refused', (entry) => {
    expect(gateSchema.safeParse(entry).success).toBe(false);
  });
});

describe('objective, burn rate and budget of the config', () => {
  const metric = { source: 'prod', errors: 'e[{window}]', requests: 'r[{window}]' };
  const counts = { metric, failAbove: 0.001 };
  const waves = [{ gates: ['gate'], targets: ['a', 'b'] }];

  it('are in the words of the rollout', () => {
    expect(gateOf({ ...counts, test: 'objective' }, waves)).toMatchObject({
      test: { kind: 'objective', level: 0.05, of: 4, looks: 100 },
    });
    expect(gateOf({ ...counts, test: 'burn' })).toMatchObject({ test: { kind: 'burn', severity: 'page' } });
    expect(gateOf({ ...counts, test: 'burn', severity: 'ticket' })).toMatchObject({ test: { severity: 'ticket' } });
    expect(gateOf({ metric: { probe: 'up' }, failAbove: 0.001, test: 'burn' })).toEqual({
      kind: 'metric',
      source: 'scheduled probes',
      query: { errors: 'gate up', requests: 'gate up' },
      probe: 'up',
      failAbove: 0.001,
      minRequests: 1,
      intervalMs: 30_000,
      maxAgeMs: 0,
      test: { kind: 'burn', severity: 'page' },
    });
    expect(gateOf({ budget: { objective: 0.999, probe: 'up' } })).toEqual({
      kind: 'budget',
      allowed: 0.001,
      windowMs: 30 * 86_400_000,
      atLeast: 0,
      counted: { probe: 'up' },
    });
    expect(gateOf({ budget: { objective: 0.99, window: '7d', atLeast: 0.1, ...metric }, effect: 'report' })).toEqual({
      kind: 'budget',
      allowed: 0.01,
      windowMs: 7 * 86_400_000,
      atLeast: 0.1,
      counted: {
        metric: {
          kind: 'metric',
          source: 'prod',
          query: { errors: 'e[{window}]', requests: 'r[{window}]' },
          minRequests: 1,
          intervalMs: 7 * 86_400_000,
          maxAgeMs: 120_000,
        },
      },
      effect: 'report',
    });
  });

  test.each([
    [{ budget: { objective: 0.999 } }],
    [{ budget: { objective: 0.999, probe: 'up', source: 'prod' } }],
    [{ budget: { objective: 0.999, source: 'prod', errors: 'e' } }],
    [{ budget: { objective: 1, probe: 'up' } }],
    [{ budget: { objective: 0.999, probe: 'up', atLeast: 1 } }],
    [{ budget: { objective: 0.999, probe: 'up' }, failAbove: 1 }],
    [{ ...counts, severity: 'page' }],
    [{ ...counts, test: 'burn', baseline: 'before' }],
    [{ metric: { source: 'prod', query: 'q' }, failAbove: 0.1, test: 'burn' }],
    [{ probe: { tcp: 'a.example.com:1' }, below: { failures: 0 }, test: 'objective' }],
    [{ probe: { tcp: 'a.example.com:1' }, below: { failures: 0.1 }, test: 'burn' }],
    [{ metric: { probe: 'up' }, failAbove: 0.001 }],
    [{ metric: { probe: 'up' }, failAbove: 0.001, test: 'sequential' }],
    [{ metric: { probe: 'up' }, failAbove: 0.001, test: 'burn', severity: 'ticket' }],
    [{ metric: { probe: 'up', source: 'prod' }, failAbove: 0.001, test: 'burn' }],
  ])('%j is refused', (entry) => {
    expect(gateSchema.safeParse(entry).success).toBe(false);
  });
});

describe('a metric gate of the config', () => {
  const metric = { metric: { source: 'prod', query: 'q' }, failAbove: 1 };

  it('that says how many measurements of a kind it bears has limits, and else none', () => {
    expect(gateOf({ ...metric, count: 5, failureLimit: 1, consecutiveErrorLimit: 2 })).toMatchObject({
      limits: { count: 5, failureLimit: 1, consecutiveErrorLimit: 2, consecutiveSuccessLimit: 0 },
    });
    expect(gateOf(metric)).not.toHaveProperty('limits');
  });

  it('with a baseline shares its level with the comparisons of its wave', () => {
    const waves = [{ gates: ['gate'], targets: ['a', 'b', 'c'] }];
    expect(gateOf({ ...metric, baseline: 'others', mostRise: 1.5 }, waves)).toMatchObject({
      comparison: { baseline: 'others', bad: 'higher', level: 0.05, of: 3, mostRise: 1.5 },
    });
  });

  it('blocks, or only reports', () => {
    expect(gateOf({ ...metric, effect: 'report' })).toMatchObject({ effect: 'report' });
    expect(gateOf({ ...metric, effect: 'block' })).not.toHaveProperty('effect');
  });

  test.each([
    [{ failureLimit: -1 }],
    [{ failureLimit: -2 }],
    [{ count: 0 }],
    [{ count: 2, consecutiveSuccessLimit: 3 }],
    [{ baseline: 'yesterday' }],
    [{ bad: 'lower' }],
    [{ baseline: 'before', mostRise: 0.5 }],
    [{ effect: 'warn' }],
  ])('%j is refused', (more) => {
    expect(gateSchema.safeParse({ ...metric, ...more }).success).toBe(false);
  });
});

describe('a score or a burn rate of the config', () => {
  const errors = { source: 'prod', errors: 'e', requests: 'r', critical: true, group: 'errors', minRequests: 100 };
  const p99 = { prometheus: 'prod', query: 'q', bad: 'lower', mostExceeds: 0.7 };

  it('is in the words of the rollout, and shares its level with all comparisons of its wave', () => {
    const entry = { score: { metrics: { errors, p99 }, groups: { errors: 60 }, onMarginal: 'fail' }, maxAge: '30s' };
    const shared = { baseline: 'before', level: 0.05, of: 6, mostRise: 1 };
    const asked = { kind: 'metric', source: 'prod', intervalMs: 60_000, maxAgeMs: 30_000 };
    expect(gateOf(entry, [{ gates: ['gate'], targets: ['a', 'b', 'c'] }])).toEqual({
      kind: 'score',
      pass: 95,
      marginal: 75,
      weights: { errors: 60 },
      onMarginal: 'fail',
      intervalMs: 60_000,
      metrics: {
        errors: {
          metric: { ...asked, query: { errors: 'e', requests: 'r' }, minRequests: 100 },
          comparison: { ...shared, bad: 'higher' },
          group: 'errors',
          critical: true,
        },
        p99: {
          metric: { ...asked, query: { value: 'q' }, minRequests: 1 },
          comparison: { ...shared, bad: 'lower', mostExceeds: 0.7 },
          group: 'p99',
          critical: false,
        },
      },
    });
  });

  const value = { source: 'prod', query: 'avg(rate(x[1m]))' };
  const scored = (score: object, more: object = {}) => ({
    metrics: { ...soundConfig.metrics, page: { json: 'https://a.example.com' } },
    gates: { ...soundConfig.gates, health: { score: { metrics: { p99: value }, ...score }, ...more } },
    waves: soundConfig.waves.map((wave) => ({ ...wave, gates: [...wave.gates, 'health'] })),
  });
  test.each<readonly [string, object, readonly string[]]>([
    [
      'a burn rate of probes that are not there',
      { gates: { ...soundConfig.gates, burn: { metric: { probe: 'api-ip' }, test: 'burn', failAbove: 0.001 } } },
      ['UNKNOWN_GATE /gates/burn/metric/probe'],
    ],
    [
      'a burn rate of what is not probed',
      { gates: { ...soundConfig.gates, burn: { metric: { probe: 'errors' }, test: 'burn', failAbove: 0.001 } } },
      ['GATE_INVALID /gates/burn/metric/probe'],
    ],
    ['nothing to score', scored({ metrics: {} }), ['GATE_INVALID /gates/health/score/metrics']],
    ['no query', scored({ metrics: { a: { source: 'prod' } } }), ['SCHEMA_CHOICE /gates/health/score/metrics/a']],
    ['pass below marginal', scored({ pass: 50 }), ['GATE_INVALID /gates/health/score']],
    ['a pass above 100', scored({ pass: 101 }), ['SCHEMA_VALUE /gates/health/score/pass']],
    ['a group that is not there', scored({ groups: { p9: 10 } }), ['GATE_INVALID /gates/health/score/groups/p9']],
    ['weights of all groups below 100', scored({ groups: { p99: 60 } }), ['GATE_INVALID /gates/health/score/groups']],
    [
      'weights that leave nothing for another group',
      scored({ metrics: { p99: value, p50: value }, groups: { p99: 100 } }),
      ['GATE_INVALID /gates/health/score/groups'],
    ],
    ['a weight of 0', scored({ groups: { p99: 0 } }), ['GATE_INVALID /gates/health/score/groups/p99']],
    [
      'a critical metric without a direction',
      scored({ metrics: { p99: { ...value, critical: true } } }),
      ['MISSING_FIELD /gates/health/score/metrics/p99/bad'],
    ],
    [
      'a direction of errors',
      scored({ metrics: { e: { source: 'prod', errors: 'sum(a)', requests: 'sum(b)', bad: 'lower' } } }),
      ['SCHEMA_CHOICE /gates/health/score/metrics/e/bad'],
    ],
    [
      'two effect sizes',
      scored({ metrics: { p99: { ...value, mostRise: 2, mostDeviations: 1 } } }),
      ['SCHEMA_CHOICE /gates/health/score/metrics/p99'],
    ],
    [
      'an unknown store',
      scored({ metrics: { p99: { ...value, source: 'prd' } } }),
      ['UNKNOWN_METRICS /gates/health/score/metrics/p99/source'],
    ],
    [
      'a store without a past',
      scored({ metrics: { p99: { source: 'page', query: '/p99', time: '/at' } } }),
      ['GATE_INVALID /gates/health/score/metrics/p99/source'],
    ],
    [
      'a query that does not parse',
      scored({ metrics: { p99: { ...value, query: 'avg(' } } }),
      ['GATE_INVALID /gates/health/score/metrics/p99/query'],
    ],
    [
      'a placeholder that is none',
      scored({ metrics: { p99: { ...value, query: 'avg(x{cluster="{trget}"})' } } }),
      ['PLACEHOLDER /gates/health/score/metrics/p99/query'],
    ],
    [
      'what a marginal score can not do',
      scored({ onMarginal: 'ask' }),
      ['SCHEMA_VALUE /gates/health/score/onMarginal'],
    ],
  ])('with %s is refused where it is written', async (_, changes, found) => {
    const parsed = await parse('tidegate.json', JSON.stringify({ ...soundConfig, ...changes }, null, 2));
    const problems = parsed.ok ? [] : parsed.problems;
    expect(problems.map(({ code, path }) => `${code} ${path}`)).toEqual(found);
    for (const { line } of problems) expect(line).toBeGreaterThan(1);
  });
});
