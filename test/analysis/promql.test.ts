import { describe, expect, it, test } from 'vitest';
import { longestRange, selectorsOf } from '../../shared/analysis/stores/promql.ts';

describe('the selectors of an expression', () => {
  test.each([
    ['up', ['up']],
    [
      'sum(increase(http_requests_total{code=~"5..",cluster="a"}[5m]))',
      ['http_requests_total{code=~"5..",cluster="a"}'],
    ],
    ['sum by (le, job) (rate(x_bucket[5m])) / on (job) group_left (team) sum(y) by (job)', ['x_bucket', 'y']],
    ['histogram_quantile(0.99, sum without (pod) (rate(x_bucket{job="a"}[5m:30s] offset 1h)))', ['x_bucket{job="a"}']],
    ['{__name__=~"a|b",x="}"} or vector(0)', ['{__name__=~"a|b",x="}"}']],
    ["a{b='(c{'} unless a{b='(c{'} and job:x:rate5m > bool 1e3", ["a{b='(c{'}", 'job:x:rate5m']],
    ['x @ end() + Inf - NaN + 0x1F # and y', ['x']],
    ['count_values("version", build_info) == 1', ['build_info']],
    ['time() - vector(1)', []],
    ['', []],
    ['x{', ['x{']],
  ])('%s are %j', (expression, selectors) => {
    expect(selectorsOf(expression).map(({ text }) => text)).toEqual(selectors);
  });

  it('tell the metric where its name is written', () => {
    expect(selectorsOf('a{b="c"} + {d="e"}')).toEqual([{ text: 'a{b="c"}', name: 'a' }, { text: '{d="e"}' }]);
    expect(selectorsOf('rate(a[5m]) / max_over_time({d="e"}[1h:30s])')).toEqual([
      { text: 'a', name: 'a', range: '5m' },
      { text: '{d="e"}', range: '1h' },
    ]);
  });
});

test.each([
  ['sum(increase(x[5m])) / sum(increase(y[1h30m]))', 5_400_000],
  ['rate(x{a="[9d]"}[30s])', 30_000],
  ['max_over_time(rate(x[1m])[10m:1m])', 600_000],
  ['x', 0],
])('the longest range of %s is %i ms', (expression, ms) => expect(longestRange(expression)).toBe(ms));
