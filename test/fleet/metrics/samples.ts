import type { Labels, Sample } from '../../../local/fleet/metrics/series.ts';

export interface TestSeries {
  readonly name: string;
  readonly labels: Labels;
  readonly samples: readonly Sample[];
}

export const START = Date.parse('2026-03-01T12:00:00Z');
const SCRAPE = 15_000;

/** 20 minutes of scrapes, 3.217 s off every round time, so that no sample lies on the edge of a range. */
const scraped = (name: string, labels: Labels, value: (n: number) => number | undefined): TestSeries => ({
  name,
  labels,
  samples: Array.from({ length: 80 }, (_, n) => ({ at: START + 3_217 + n * SCRAPE, value: value(n) })).filter(
    (sample): sample is Sample => sample.value !== undefined,
  ),
});

const BUCKETS = ['0.1', '0.25', '0.5', '1', '2.5', '+Inf'];

/** Counters that grow, reset, stop and begin late; gauges that jump, are NaN or infinite; a histogram; a lonely sample. */
export const testSeries: readonly TestSeries[] = [
  ...['prod01', 'prod02', 'prod03'].flatMap((cluster, c) => [
    scraped('http_requests_total', { cluster, code: '200' }, (n) => 1_000 * (c + 1) + n * (40 + c)),
    scraped('http_requests_total', { cluster, code: '404' }, (n) => n * 2 + ((n * 7) % 3)),
    scraped('http_requests_total', { cluster, code: '500' }, (n) => (n < 40 ? 3 : 3 + (n - 40) * c)),
    scraped('up', { cluster, job: 'api' }, (n) => (c === 2 && n > 70 ? 0 : 1)),
    ...BUCKETS.map((le, b) =>
      scraped('latency_seconds_bucket', { cluster, le }, (n) =>
        Math.round(n * 10 * (1 - 0.5 ** ((b + 1) * (1 + c / 4))) + (b === 5 ? n / 9 : 0)),
      ),
    ),
  ]),
  scraped('restarts_total', { pod: 'a' }, (n) => (n * 5) % 60),
  scraped('restarts_total', { pod: 'b' }, (n) => (n === 33 ? 2 : n < 33 ? n * 11 : 3 + n)),
  scraped('restarts_total', { pod: 'late' }, (n) => (n < 60 ? undefined : n - 60)),
  scraped('restarts_total', { pod: 'gone' }, (n) => (n > 50 ? undefined : n * 1.5)),
  scraped('restarts_total', { pod: 'gappy' }, (n) => (n % 9 < 5 ? undefined : n * 3)),
  scraped('temperature', { room: 'x' }, (n) => Math.round(200 * Math.sin(n / 7)) / 10),
  scraped('temperature', { room: 'y' }, (n) => (n % 4 === 0 ? Number.NaN : n / 3)),
  scraped('temperature', { room: 'z' }, (n) => (n > 75 ? Infinity : -n)),
  scraped('limit', { room: 'x' }, () => 12.5),
  scraped('limit', { room: 'y' }, () => 20),
  scraped('tiny', {}, (n) => n / 1e12),
  scraped('huge', {}, (n) => n * 1e22),
  scraped('once', { a: '1' }, (n) => (n === 79 ? 42 : undefined)),
];
