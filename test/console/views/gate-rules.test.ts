import { expect, it } from 'vitest';
import { gateRules } from '../../../console/views/gate-rules.ts';
import { toGates } from '../../../shared/fleet/gates.ts';
import { gateSchema } from '../../../shared/fleet/schema-gates.ts';

const counts = { metric: { source: 'prod', errors: 'e', requests: 'r' }, failAbove: 0.001 };
const written = {
  up: { probe: { http: 'https://{target}.example.com/', rate: '1/s' }, below: { failures: 0.01 } },
  'always-bad': { probe: { tcp: 'bad.example.com:1' }, below: { failures: 0 }, mustFail: true },
  errors: { ...counts, test: 'sequential', baseline: 'difference' },
  nines: { ...counts, test: 'objective', level: 0.01 },
  burn: { ...counts, test: 'burn' },
  latency: { metric: { source: 'prod', query: 'q' }, failAbove: 0.5, baseline: 'before', effect: 'report' },
  alerts: { alerts: { source: 'prod', labels: { severity: 'page' } } },
  slo: { budget: { objective: 0.999, window: '7d', atLeast: 0.1, probe: 'up' } },
  health: {
    score: {
      metrics: {
        errors: { source: 'prod', errors: 'e', requests: 'r', group: 'errors', critical: true },
        p99: { source: 'prod', query: 'q', group: 'latency' },
        p50: { source: 'prod', query: 'q', group: 'latency' },
      },
      groups: { errors: 60 },
    },
  },
  spent: { budget: { objective: 0.99, source: 'prod', errors: 'e', requests: 'r' } },
};
const wave = { gates: Object.keys(written), targets: ['a', 'b'] };
const entries = Object.fromEntries(Object.entries(written).map(([name, gate]) => [name, gateSchema.parse(gate)]));
const gates = toGates(entries, [wave], {});

it('says what each gate of a wave asks, and how often all of them are wrong at most', () => {
  expect(gateRules({ gates }, wave)).toEqual([
    'up: at 1/s, failures < 1 %',
    'always-bad: at 1/s, failures none; must fail',
    'errors: errors of requests ≤ 0.1 % in prod, by evidence at every look; not worse than before, less what changed on the others',
    'nines: errors of requests ≤ 0.1 % in prod, shown with 99 % confidence',
    'burn: errors of requests ≤ 0.1 % in prod, as a burn rate over several windows',
    'latency: value ≤ 0.5 in prod; not worse than before; only reported',
    'alerts: no alert with {"severity":"page"} fires in prod',
    'slo: at least 10 % must be left of the 0.1 % that may fail in 7 days, by scheduled probes of up; asked before the wave is entered',
    'health: score of 3 metrics at least 95, below 75 fails, between waits, compared with before; errors (weighs 60): errors (critical); latency: p99, p50',
    'spent: some must be left of the 1 % that may fail in 30 days, by prod; asked before the wave is entered',
    'false alarms: at most 7 % of waves without fault, over 12 tests and all their looks; thresholds, alerts and burn rates state none',
  ]);
});

it('states no level where nothing tests', () => {
  expect(gateRules({ gates }, { ...wave, gates: ['up', 'alerts'] })).toHaveLength(2);
});
