import { describe, expect, test } from 'vitest';
import { assessQuery } from '../../shared/analysis/assess-query.ts';
import type { StoreKind } from '../../shared/rollout/metric-source.ts';

describe('a query that can be asked', () => {
  test.each<readonly [StoreKind, string, number]>([
    ['prometheus', 'sum(increase(http_requests_total{code=~"5..",cluster="{target}"}[5m]))', 300_000],
    ['prometheus', 'histogram_quantile(0.99, sum by (le) (rate(x_bucket{a="{label.a}",}[2m])))', 120_000],
    ['prometheus', 'max(a{b="{target}"} / (c > 0)) or 0 * max(a)', 0],
    ['prometheus', 'avg_over_time(a[1h:1m] offset 5m) # why', 3_600_000],
    ['prometheus', '{__name__="a.b", c="d"}', 0],
    ['influxdb1', `SELECT mean("v") FROM "m" WHERE "t" = '{target}' AND time > now() - 10m`, 600_000],
    [
      'influxdb1',
      'SELECT sum("v") FROM (SELECT non_negative_difference("a") AS "v" FROM "m" WHERE time > now() - 1m GROUP BY *)',
      60_000,
    ],
    ['influxdb2', 'from(bucket: "b") |> range(start: -1h) |> last()', 3_600_000],
    [
      'influxdb3',
      `SELECT avg(v) AS value, max(time) AS time FROM m WHERE time > now() - interval '5 minutes'`,
      300_000,
    ],
    ['scrape', 'sum(rate(a{b="{target}"}[30s]))', 30_000],
    ['pods', 'histogram_quantile(0.9, a)', 0],
    ['cloudwatch', 'SELECT SUM(x) FROM "y"', 0],
    ['datadog', 'avg:x{host:{target}}', 0],
    ['json', '/a/{target}/b', 0],
  ])('of %s: %s', (kind, query, windowMs) => expect(assessQuery(kind, query)).toEqual({ windowMs }));
});

describe('a query that can not', () => {
  test.each<readonly [StoreKind, string, RegExp]>([
    ['prometheus', 'sum(up', /^the query is no PromQL: at \d+ it ends$/],
    ['prometheus', 'sum(up))', /^the query is no PromQL: at 8 stands "\)"$/],
    ['prometheus', 'up{job=api}', /^the query is no PromQL: at \d+ stands /],
    ['prometheus', 'upp(up)', /^the query is no PromQL/],
    ['prometheus', 'SELECT 1', /^the query is no PromQL/],
    ['prometheus', 'vector(1)', /^the query names no metric/],
    ['prometheus', '1 > 2', /^the query names no metric/],
    ['prometheus', 'up[5m]', /^the query gives a range of values/],
    ['prometheus', '"up"', /^the query is a text/],
    ['influxdb1', 'SHOW DATABASES', /^the query is no single SELECT/],
    ['influxdb1', 'SELECT a FROM b; DROP DATABASE c', /^the query is no single SELECT/],
    ['influxdb1', 'SELECT sum(a) / sum(b) FROM c', /^InfluxQL says 0 for x \/ 0/],
    ['influxdb1', 'SELECT sum(a) FROM c GROUP BY time(1m) fill(0)', /^fill\(\) invents points/],
    ['influxdb2', 'buckets()', /^the query reads nothing/],
    ['influxdb3', 'DROP TABLE x', /^the query reads nothing/],
    ['scrape', 'a / b', /^"\/" is not understood/],
    ['pods', 'sum()', /^the query names no metric/],
    ['cloudwatch', '[{"Id": "a"}', /^the query begins as JSON/],
    ['json', 'errors', /^the query is no place in a document/],
  ])('of %s: %s', (kind, query, what) => {
    const { fault } = assessQuery(kind, query);
    expect(fault?.what).toMatch(what);
    expect(fault?.expected.length).toBeGreaterThan(5);
  });
});
