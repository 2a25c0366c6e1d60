import { describe, expect, test } from 'vitest';
import { assessAlerts } from '../../shared/analysis/alerts/assess-alerts.ts';
import { assessMetric, assessPooled, type Measurement } from '../../shared/analysis/assess-metric.ts';
import type { Counts } from '../../shared/analysis/counts.ts';
import { assessBudgetGate } from '../../shared/analysis/measure-budget.ts';
import { assessProbeBurn } from '../../shared/analysis/measure-burn.ts';
import { assessScoreGate } from '../../shared/analysis/measure-score.ts';
import { failure, nodata, type Sample } from '../../shared/analysis/sample.ts';
import { weighCounts } from '../../shared/analysis/weigh-counts.ts';
import { assessProbe } from '../../shared/probe/assess-probe.ts';
import { emptyTally } from '../../shared/probe/tally.ts';
import type { MetricGate, ProbeGate } from '../../shared/rollout/gate.ts';
import type { ScoreGate } from '../../shared/rollout/score-gate.ts';
import type { Judgement } from '../../shared/rollout/verdict.ts';
import { assessRegions } from '../../shared/wave/assess-regions.ts';
import { judgeAvailability } from '../../shared/wave/judge-availability.ts';

const of = (value: number): Sample => ({ kind: 'value', value, at: 0 });
const metricGate: MetricGate = {
  kind: 'metric',
  source: 'prod',
  query: { value: 'q' },
  failAbove: 0.001,
  minRequests: 100,
  intervalMs: 1_000,
  maxAgeMs: 60_000,
};
const metric = (found: Measurement['found'], more: Partial<MetricGate> = {}, age: Sample = of(5)): Judgement =>
  assessMetric(
    { ...metricGate, ...more },
    {
      gate: 'g',
      target: 't',
      query: 'q',
      source: 'prod (https://p.test)',
      window: { from: 0, to: 300_000 },
      found,
      ages: [{ selector: 'q', seconds: age }],
      ...('value' in found ? { points: 3 } : {}),
    },
  );
const sequential = { test: { kind: 'sequential', level: 0.05, of: 1 } } as const;

const probeGate: ProbeGate = {
  kind: 'probe',
  check: { tcp: 'h:1' },
  rate: 1,
  timeoutMs: 1_000,
  failuresBelow: 0.01,
  minSamples: 20,
  consecutive: 3,
};
const probe = (attempts: number, failedFirst: number, more: Partial<ProbeGate> = {}): Judgement => {
  const tally = { ...emptyTally('g', 't', 'h:1', 0), attempts, failedFirst, to: 60_000 };
  return assessProbe('g', { ...probeGate, ...more }, [tally], weighCounts);
};
/** Windows of a gate together, the newest of which had too few requests. */
const pooled = (requests: number, failures: number): Judgement =>
  assessPooled(metricGate, { requests, failures, from: 0, to: 60_000 }, metric({ errors: of(0), requests: of(10) }));
const asked = { gate: 'g', target: 't', query: '{severity="page"}', source: 'prod (https://p.test)', at: 60_000 };

const comparison = { baseline: 'before', bad: 'higher', level: 0.05, of: 1, mostRise: 1 } as const;
/** A score of two groups, one metric each. */
const score = (errors: Judgement, p99: Judgement, onMarginal: ScoreGate['onMarginal'] = 'wait'): Judgement => {
  const scored = { metric: metricGate, comparison, critical: false };
  const metrics = { errors: { ...scored, group: 'errors', critical: true }, p99: { ...scored, group: 'latency' } };
  const gate = {
    kind: 'score',
    metrics,
    pass: 95,
    marginal: 50,
    weights: { errors: 60 },
    onMarginal,
    intervalMs: 1,
  } as const;
  const compared = [
    { name: 'errors', judgement: errors },
    { name: 'p99', judgement: p99 },
  ];
  return assessScoreGate('g', gate, 't', compared, { from: 0, to: 60_000 });
};
const burning = (counts: Counts): Judgement =>
  assessProbeBurn('g', metricGate, 'up', 't', [{ at: 1, ...counts }], 60_000);
const asBefore: Judgement = { ...metric({ errors: of(0), requests: of(1_000) }), samples: 1_000 };
const slower: Judgement = { ...metric({ value: of(0.5) }), samples: 60 };
const unread = metric({ value: failure('status 503') });

const objective = { test: { kind: 'objective', level: 0.05, of: 1 } } as const;
const budget = (counts: Counts): Judgement => {
  const gate = { kind: 'budget', allowed: 0.01, windowMs: 60_000, atLeast: 0.1, counted: { probe: 'up' } } as const;
  return assessBudgetGate('g', gate, 't', counts, {
    query: 'gate up',
    source: 'scheduled probes',
    window: { from: 0, to: 60_000 },
  });
};
const failing = { gate: 'g', because: 'no answer', since: 0, query: 'h:1', value: 1, threshold: 0.01, samples: 8 };
const [outage = probe(0, 0)] = judgeAvailability(
  [{ ...failing, target: 't', regions: ['a', 'b'], seenAt: 60_000, isOld: false }],
  ['t'],
);
const seenFromElsewhere = [
  { target: 't', region: 'b', at: 1, failing: [failing], isOwnFault: false },
  { target: 't', region: 'c', at: 1, failing: [], isOwnFault: false },
];

/** Every way of every kind of gate not to pass, and which numbers there are. */
type Numbers = Pick<Judgement, 'value' | 'samples' | 'stillNeeded'>;
const notPassed: readonly (readonly [string, Judgement, Numbers])[] = [
  ['a value that is too high', metric({ value: of(0.5) }), { value: 0.5, samples: 3 }],
  ['a value that is too low', metric({ value: of(0.5) }, { failBelow: 1, failAbove: 2 }), { value: 0.5, samples: 3 }],
  ['an infinite value', metric({ value: of(Infinity) }), { samples: 3 }],
  ['no value', metric({ value: nodata('no series') }), { samples: 3 }],
  ['a value that could not be read', metric({ value: failure('status 503') }), { samples: 3 }],
  ['an old value', metric({ value: of(0.0001) }, {}, of(600)), { value: 0.0001, samples: 3 }],
  ['a value of the future', metric({ value: of(0.0001) }, {}, of(-600)), { value: 0.0001, samples: 3 }],
  ['too many errors', metric({ errors: of(5), requests: of(1_000) }), { value: 0.005, samples: 1_000 }],
  ['too few requests', metric({ errors: of(0), requests: of(50) }), { value: 0, samples: 50 }],
  ['no errors to read', metric({ errors: nodata('no series'), requests: of(1_000) }), { samples: 1_000 }],
  ['no requests to read', metric({ errors: of(0), requests: failure('status 503') }), {}],
  [
    'evidence of too many errors',
    metric({ errors: of(50), requests: of(1_000) }, sequential),
    { value: 0.05, samples: 1_000 },
  ],
  ['failed attempts', probe(100, 10), { value: 0.1, samples: 100 }],
  ['too few attempts', probe(10, 0), { value: 0, samples: 10 }],
  ['evidence of failed attempts', probe(100, 20, sequential), { value: 0.2, samples: 100 }],
  ['a probe that must fail and passes', probe(20, 3, { mustFail: true }), { value: 0.15, samples: 20 }],
  ['too few probes that must fail', probe(5, 5, { mustFail: true, minSamples: 10 }), { value: 1, samples: 5 }],
  ['too few requests of all windows together', pooled(50, 0), { value: 0, samples: 50 }],
  ['too many errors of all windows together', pooled(500, 5), { value: 0.01, samples: 500 }],
  [
    'an objective that is unknown',
    metric({ errors: of(0), requests: of(1_000) }, objective),
    { value: 0, samples: 1_000, stillNeeded: 1_995 },
  ],
  [
    'an objective that is broken',
    metric({ errors: of(50), requests: of(1_000) }, objective),
    { value: 0.05, samples: 1_000 },
  ],
  ['an objective of probes that is unknown', probe(100, 0, objective), { value: 0, samples: 100, stillNeeded: 199 }],
  ['scheduled probes that burn', burning({ requests: 100, failures: 50 }), { value: 0.5, samples: 100 }],
  ['scheduled probes that nobody made', burning({ requests: 0, failures: 0 }), { samples: 0 }],
  ['a score that falls', score(slower, slower), { value: 0, samples: 60 }],
  ['a marginal score', score(asBefore, slower), { value: 60, samples: 60 }],
  ['a marginal score that fails', score(asBefore, slower, 'fail'), { value: 60, samples: 60 }],
  ['a score of which half is dark', score(asBefore, unread), { samples: 3 }],
  ['a budget that is spent', budget({ requests: 1_000, failures: 20 }), { value: -1, samples: 1_000 }],
  ['a budget of nothing', budget({ requests: 0, failures: 0 }), { samples: 0 }],
  ['a scheduled outage before the entry', outage, { value: 1, samples: 8 }],
  [
    'what fails from one region of three',
    assessRegions([{ region: 'a', judgement: probe(100, 0) }], {}, seenFromElsewhere, 0),
    { value: 0, samples: 100 },
  ],
  [
    'an alert that fires',
    assessAlerts(asked, { firing: ['Down{}'], unknown: [], watching: 4 }),
    { value: 1, samples: 4 },
  ],
  [
    'a rule that is not evaluated',
    assessAlerts(asked, { firing: [], unknown: ['rule X'], watching: 4 }),
    { samples: 4 },
  ],
  ['nothing that watches', assessAlerts(asked, { firing: [], unknown: [], watching: 0 }), { samples: 0 }],
  ['alerts that could not be read', assessAlerts(asked, { failed: 'status 503' }), {}],
];

describe('a verdict that is not a pass names query, value, threshold, window, samples and source', () => {
  test.each(notPassed)('of %s', (_, judgement, numbers) => {
    expect(judgement.verdict).not.toBe('pass');
    expect(judgement).toEqual({
      gate: 'g',
      kind: expect.any(String),
      target: 't',
      verdict: expect.any(String),
      because: expect.stringMatching(/^gate g on t: .{10,}/),
      query: expect.stringMatching(/./),
      source: expect.stringMatching(/./),
      threshold: expect.any(Number),
      window: { from: expect.any(Number), to: expect.any(Number) },
      ...numbers,
    });
  });
});
