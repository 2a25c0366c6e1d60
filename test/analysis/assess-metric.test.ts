import { describe, expect, it, test } from 'vitest';
import { type Age, assessMetric, type Measurement } from '../../shared/analysis/assess-metric.ts';
import { failure, nodata, type Sample } from '../../shared/analysis/sample.ts';
import type { MetricGate } from '../../shared/rollout/gate.ts';

const gate: MetricGate = {
  kind: 'metric',
  source: 'prod',
  query: { value: 'x' },
  failAbove: 0.001,
  minRequests: 1_000,
  intervalMs: 30_000,
  maxAgeMs: 60_000,
};

const of = (value: number): Sample => ({ kind: 'value', value, at: 0 });
const fresh: readonly Age[] = [{ selector: 'x', seconds: of(12) }];

const measurement = (found: Measurement['found'], ages = fresh): Measurement => ({
  gate: 'errors',
  target: 'one',
  query: 'x',
  source: 'prod (https://prometheus.test)',
  window: { from: 0, to: 300_000 },
  found,
  ages,
});

const judged = (found: Measurement['found'], spec = gate, ages = fresh): readonly [string, string] => {
  const { verdict, because } = assessMetric(spec, measurement(found, ages));
  return [verdict, because.replace('gate errors on one: ', '').replace(' over 300 s', '')];
};

describe('one value', () => {
  const between: MetricGate = { ...gate, failAbove: 2, failBelow: 1 };
  test.each([
    [of(0), gate, 'pass', 'value 0, within at most 0.001'],
    [of(0.001), gate, 'pass', 'value 0.001, within at most 0.001'],
    [of(0.0010001), gate, 'fail', 'value 0.0010001, expected at most 0.001'],
    [of(1e-9), { ...gate, failAbove: 1e-10 }, 'fail', 'value 1e-9, expected at most 1e-10'],
    [of(0.999), between, 'fail', 'value 0.999, expected at least 1'],
    [of(1.5), between, 'pass', 'value 1.5, within at least 1 and at most 2'],
    [of(Infinity), gate, 'fail', 'value Infinity, expected a finite number'],
    [of(-Infinity), gate, 'fail', 'value -Infinity, expected a finite number'],
    [nodata('no series'), gate, 'inconclusive', 'no data for the value (no series)'],
    [nodata('NaN'), gate, 'inconclusive', 'no data for the value (NaN)'],
    [failure('status 503'), gate, 'error', 'the value could not be read: status 503'],
  ] as const)('%j is judged', (value, spec, verdict, because) => {
    expect(judged({ value }, spec)).toEqual([verdict, because]);
  });

  test.each([1e-9, 1e-5, 1, 1e5, 1e9])('has the same verdict in every unit: times %d', (unit) => {
    const spec = { ...gate, failAbove: 3 * unit };
    expect(judged({ value: of(2.9999 * unit) }, spec)[0]).toBe('pass');
    expect(judged({ value: of(3.0001 * unit) }, spec)[0]).toBe('fail');
  });
});

describe('two counts', () => {
  test.each([
    [of(0), of(1_000), 'pass', '0 errors of 1000 requests, share of errors 0, within at most 0.001'],
    [of(1), of(1_000), 'pass', '1 errors of 1000 requests, share of errors 0.001, within at most 0.001'],
    [of(2), of(1_000), 'fail', '2 errors of 1000 requests, share of errors 0.002, expected at most 0.001'],
    [of(0), of(999), 'inconclusive', '999 requests, expected at least 1000 to judge by'],
    [of(999), of(999), 'inconclusive', '999 requests, expected at least 1000 to judge by'],
    [of(0), of(0), 'inconclusive', '0 requests, expected at least 1000 to judge by'],
    [of(0), nodata('no series'), 'inconclusive', 'no data for the count of requests (no series)'],
    [nodata('NaN'), of(5_000), 'inconclusive', 'no data for the count of errors (NaN)'],
    [failure('timeout'), of(5_000), 'error', 'the count of errors could not be read: timeout'],
    [of(0), failure('timeout'), 'error', 'the count of requests could not be read: timeout'],
    [of(-1), of(5_000), 'error', '-1 errors of 5000 requests, expected counts'],
    [of(0), of(Infinity), 'fail', 'share of errors Infinity, expected a finite number'],
    [of(Infinity), of(5_000), 'fail', 'share of errors Infinity, expected a finite number'],
  ] as const)('%j of %j are judged', (errors, requests, verdict, because) => {
    expect(judged({ errors, requests })).toEqual([verdict, because]);
  });
});

describe('the age of the points', () => {
  const age = (seconds: Sample, selector = 'x'): Age => ({ selector, seconds });
  test.each([
    [[age(of(60))], 'pass', 'value 0, within at most 0.001'],
    [[age(of(60.5))], 'inconclusive', 'the newest point of x is 60.5 s old, expected at most 60 s'],
    [[age(of(1)), age(of(99), 'y')], 'inconclusive', 'the newest point of y is 99 s old, expected at most 60 s'],
    [[age(nodata('no series'))], 'inconclusive', 'no data for the newest point of x (no series)'],
    [[age(of(99)), age(failure('status 503'), 'y')], 'error', 'the newest point of y could not be read: status 503'],
    [[], 'error', 'the query reads no series, expected one that measures the target'],
  ] as const)('%j is judged before the value', (ages, verdict, because) => {
    expect(judged({ value: of(0) }, gate, ages)).toEqual([verdict, because]);
  });
});

it('carries all that led to the verdict', () => {
  const found = { errors: of(3), requests: of(2_000) };
  expect(assessMetric(gate, { ...measurement(found), note: 'seen twice' })).toEqual({
    gate: 'errors',
    kind: 'metric',
    target: 'one',
    verdict: 'fail',
    because:
      'gate errors on one: 3 errors of 2000 requests, share of errors 0.0015, expected at most 0.001 (seen twice) over 300 s',
    query: 'x',
    source: 'prod (https://prometheus.test)',
    window: { from: 0, to: 300_000 },
    value: 0.0015,
    threshold: 0.001,
    samples: 2_000,
  });
});
