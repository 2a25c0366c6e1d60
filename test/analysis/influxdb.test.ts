import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { influxReader } from '../../shared/analysis/stores/influxdb.ts';
import { newestQuery } from '../../shared/analysis/stores/influxql.ts';
import { processClock } from '../../shared/outside/clock.ts';
import { socketHttp } from '../../shared/outside/socket-http.ts';
import { never, noSecrets } from './asking.ts';
import { hasInflux, type Influx, startInflux } from './influxd.ts';

describe('the query for the newest point', () => {
  test.each([
    [
      'SELECT sum("n") FROM "http" WHERE time > now() - 5m',
      'SELECT * FROM "http" WHERE time > now() - 5m ORDER BY time DESC LIMIT 1',
    ],
    [
      "select mean(v) from cpu where host='a' group by time(1m) fill(none)",
      "SELECT * FROM cpu where host='a' ORDER BY time DESC LIMIT 1",
    ],
    ['SELECT sum(n) FROM (SELECT n FROM http)', 'SELECT * FROM http ORDER BY time DESC LIMIT 1'],
    [
      `SELECT sum("v") FROM (SELECT last("a") AS "v" FROM "m" WHERE "t" = 'x)y' AND time > now() - 5m GROUP BY *) WHERE "v" > 0`,
      `SELECT * FROM "m" WHERE "t" = 'x)y' AND time > now() - 5m ORDER BY time DESC LIMIT 1`,
    ],
    ['SELECT a FROM (SELECT b FROM c', undefined],
    ['SELECT a FROM (SELECT b FROM c), d', undefined],
    ['SELECT 1; DROP DATABASE tide', undefined],
    ['SHOW DATABASES', undefined],
  ])('of %s', (query, newest) => expect(newestQuery(query)).toBe(newest));
});

describe.skipIf(!hasInflux())('a real InfluxDB 1.x', () => {
  let influx: Influx;
  const now = Date.now();
  beforeAll(async () => {
    influx = await startInflux([
      ...[0, 1, 2].map((minute) => `http,cluster=good requests=1000i,errors=0i ${now - minute * 60_000 - 5_000}`),
      `http,cluster=quiet requests=1000i,errors=0i ${now - 280_000}`,
      `load,host=a value=1 ${now - 1_000}`,
      `load,host=b value=2 ${now - 1_000}`,
    ]);
  });
  afterAll(() => influx.stop());

  const read = async (query: string, db = 'tide') => {
    const source = { influxdb1: `${influx.url}?db=${db}`, allow: ['127.0.0.0/8'] };
    const outside = { http: socketHttp(), clock: processClock, secrets: noSecrets };
    const { readings } = await influxReader(source, outside, never).read([query]);
    const [reading] = readings;
    if (reading === undefined) throw new Error('no reading');
    return reading;
  };
  const where = (cluster: string) => `FROM "http" WHERE "cluster" = '${cluster}' AND time > now() - 5m`;

  test.each([
    ['a sum', `SELECT sum("requests") ${where('good')}`, { kind: 'value', value: 3_000 }],
    ['a sum of zeros', `SELECT sum("errors") ${where('good')}`, { kind: 'value', value: 0 }],
    ['no points', `SELECT sum("requests") ${where('none')}`, { kind: 'nodata', reason: 'no series' }],
    ['no such field', `SELECT sum("nothing") ${where('good')}`, { kind: 'nodata', reason: 'no series' }],
    [
      'two series',
      'SELECT last("value") FROM "load" GROUP BY "host"',
      { kind: 'error', reason: 'the query gives 2 series, expected one' },
    ],
    ['a row a minute', `SELECT sum("requests") ${where('good')} GROUP BY time(1m)`, { kind: 'error' }],
    [
      'a quotient',
      `SELECT sum("errors") / sum("requests") ${where('none')}`,
      { kind: 'nodata', reason: expect.stringContaining('x / 0') },
    ],
    [
      'an invented zero',
      `SELECT sum("errors") ${where('none')} GROUP BY time(5m) fill(0)`,
      { kind: 'nodata', reason: expect.stringContaining('fill()') },
    ],
    ['text that is no query', 'SELECT FROM', { kind: 'error', reason: expect.stringContaining('status 400') }],
  ])('%s', async (_, query, sample) => {
    expect((await read(query)).sample).toMatchObject(sample);
  });

  test('says how old the newest point is, and that a database is missing under status 200', async () => {
    const age = (await read(`SELECT sum("requests") ${where('quiet')}`)).ages[0]?.seconds;
    expect(age?.kind === 'value' && age.value).toBeGreaterThanOrEqual(280);
    expect((await read(`SELECT sum("requests") ${where('good')}`, 'gone')).sample).toEqual({
      kind: 'error',
      reason: 'database not found: gone',
    });
  });
});
