import { describe, expect, it, test } from 'vitest';
import { assessPooled } from '../../shared/analysis/assess-metric.ts';
import type { MetricGate, RunLimits } from '../../shared/rollout/gate.ts';
import type { Judgement, Verdict } from '../../shared/rollout/verdict.ts';
import { assessMetricRun } from '../../shared/wave/assess-metric-run.ts';
import type { MeasuredMetric, WindowCounts } from '../../shared/wave/gate-tools.ts';
import { type MetricRun, nextRun } from '../../shared/wave/metric-run.ts';

const gate: MetricGate = {
  kind: 'metric',
  source: 'prod',
  query: { errors: 'e', requests: 'r' },
  failAbove: 0.01,
  minRequests: 100,
  intervalMs: 10_000,
  maxAgeMs: 60_000,
};
const limits = (more: Partial<RunLimits>): RunLimits => ({ failureLimit: 0, consecutiveSuccessLimit: 0, ...more });
const verdicts: Readonly<Record<string, Verdict>> = { S: 'pass', F: 'fail', I: 'inconclusive', E: 'error' };

/** A measurement at a moment, in seconds, of a window of ten seconds. */
const measured = (verdict: Verdict, at: number, counts?: readonly [number, number]): MeasuredMetric => {
  const window = { from: (at - 10) * 1_000, to: at * 1_000 };
  const judgement: Judgement = {
    gate: 'g',
    kind: 'metric',
    target: 't',
    verdict,
    because: `${verdict} at ${at}`,
    window,
  };
  if (counts === undefined) return { judgement };
  const [requests, failures] = counts;
  return { judgement: { ...judgement, samples: requests }, counts: { requests, failures, ...window } };
};

/** The run of a gate after these measurements, the last write having been at 100 s. */
const runOf = (of: MetricGate, ...measurements: readonly MeasuredMetric[]): MetricRun => {
  let run: MetricRun | undefined;
  for (const each of measurements) {
    const at = each.judgement.window?.to ?? 0;
    run = nextRun(of, run, each, { since: 100_000, at, isFirst: false }, (pooled: WindowCounts, last) =>
      assessPooled(of, pooled, last),
    );
  }
  if (run === undefined) throw new Error('nothing was measured');
  return run;
};
const sequence = (rules: RunLimits | undefined, letters: string): Judgement => {
  const of: MetricGate = rules === undefined ? gate : { ...gate, limits: rules };
  return assessMetricRun(
    of,
    runOf(of, ...[...letters].map((letter, index) => measured(verdicts[letter] ?? 'error', 110 + 10 * index))),
  );
};

describe('a gate in a rollout', () => {
  test.each([
    [undefined, 'S', 'pass'],
    [undefined, 'SSS', 'pass'],
    [undefined, 'SF', 'fail'],
    [undefined, 'SFS', 'fail'],
    [undefined, 'IS', 'pass'],
    [undefined, 'SI', 'inconclusive'],
    [undefined, 'EEEEEES', 'pass'],
    [undefined, 'SE', 'error'],
    [limits({ failureLimit: 1 }), 'SFS', 'pass'],
    [limits({ failureLimit: 1 }), 'SSF', 'inconclusive'],
    [limits({ failureLimit: 1 }), 'FSF', 'fail'],
    [limits({ count: 3 }), 'SS', 'inconclusive'],
    [limits({ count: 3 }), 'SES', 'inconclusive'],
    [limits({ count: 3 }), 'SESS', 'pass'],
    [limits({ count: 3, failureLimit: 1 }), 'SSF', 'pass'],
    [limits({ inconclusiveLimit: 1 }), 'IIS', 'inconclusive'],
    [limits({ inconclusiveLimit: 1 }), 'IS', 'pass'],
    [limits({ consecutiveErrorLimit: 1 }), 'EES', 'error'],
    [limits({ consecutiveSuccessLimit: 2, failureLimit: -1, count: 4 }), 'FSSI', 'pass'],
    [limits({ consecutiveSuccessLimit: 2, failureLimit: -1, count: 4 }), 'FSFS', 'fail'],
  ] as const)('of %j that measured %s: %s', (rules, letters, verdict) => {
    expect(sequence(rules, letters).verdict).toBe(verdict);
  });

  it('speaks by the measurement it was concluded by', () => {
    expect(sequence(limits({ failureLimit: 1 }), 'SFSFS')).toMatchObject({
      verdict: 'fail',
      because: 'fail at 140 (2 failed, at most 1 are borne)',
      window: { from: 130_000, to: 140_000 },
    });
  });

  it('says how many measurements are missing, and how long they take', () => {
    expect(sequence(limits({ count: 4 }), 'SS').because).toBe(
      'pass at 120 (2 of 4 measurements made, the others take 20 s)',
    );
  });
});

describe('a window that reaches back beyond the last write', () => {
  it('does not pass a gate, nor count', () => {
    const run = runOf(gate, measured('pass', 105, [500, 0]));
    expect(assessMetricRun(gate, run)).toMatchObject({
      verdict: 'inconclusive',
      because: 'pass at 105; its window still holds what was before the last write',
    });
    expect(run).toMatchObject({ standing: { passed: 0 } });
    expect(run).not.toHaveProperty('pooled');
  });

  it('fails it: the target is ill now', () => {
    expect(assessMetricRun(gate, runOf(gate, measured('fail', 105, [500, 400]))).verdict).toBe('fail');
  });
});

describe('windows with too few requests', () => {
  it('are judged together, none counted twice', () => {
    const few = [110, 115, 120, 130].map((at) => measured('inconclusive', at, [40, 0]));
    const [first, second, third, fourth] = few.map((_, index) => runOf(gate, ...few.slice(0, index + 1)));
    expect([first, second, third, fourth].map((run) => run?.pooled?.requests)).toEqual([40, 40, 80, 120]);
    expect(fourth?.last).toMatchObject({ verdict: 'pass', samples: 120, window: { from: 100_000, to: 130_000 } });
    if (third === undefined || fourth === undefined) throw new Error('nothing was measured');
    expect(assessMetricRun(gate, third)).toMatchObject({
      verdict: 'inconclusive',
      because: 'inconclusive at 120 (80 of 100 requests since the last write, the others take about 5 s)',
    });
    expect(assessMetricRun(gate, fourth).verdict).toBe('pass');
  });

  it('fail together', () => {
    const few = [110, 120, 130].map((at) => measured('inconclusive', at, [40, 1]));
    expect(runOf(gate, ...few).standing.state).toBe('fail');
  });

  it('of a path that nobody asked say so', () => {
    expect(assessMetricRun(gate, runOf(gate, measured('inconclusive', 110, [0, 0]))).because).toContain(
      '0 of 100 requests since the last write: what is to be judged was not exercised',
    );
  });
});

describe('the evidence of a sequential gate', () => {
  const sequential: MetricGate = {
    ...gate,
    failAbove: 0.0001,
    minRequests: 1,
    test: { kind: 'sequential', level: 0.05, of: 2, looks: 100 },
  };

  it('adds up over windows none of which would be enough', () => {
    const windows = [110, 120, 130, 140].map((at) => measured('inconclusive', at, [200, 1]));
    const states = windows.map((_, index) => runOf(sequential, ...windows.slice(0, index + 1)).standing.state);
    expect(states).toEqual(['running', 'running', 'fail', 'fail']);
  });
});

it('another write begins the run anew', () => {
  const before = runOf(gate, measured('fail', 110));
  const next = nextRun(gate, before, measured('pass', 220), { since: 200_000, at: 220_000, isFirst: false }, () => {
    throw new Error('nothing was counted');
  });
  expect(next).toMatchObject({ since: 200_000, standing: { state: 'running', passed: 1, failed: 0 } });
});

test.each([
  [false, 105, 'fail'],
  [true, 105, 'inconclusive'],
  [true, 110, 'fail'],
] as const)(
  'after the first release of a target (%s) a window that ends at %i s and is ill reads %s',
  (isFirst, end, verdict) => {
    const ill = measured('fail', end);
    const run = nextRun(gate, undefined, ill, { since: 100_000, at: end * 1_000, isFirst }, () => ill.judgement);
    expect(run.last.verdict).toBe(verdict);
  },
);
