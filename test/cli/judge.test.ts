import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { folderWith, tidegate, tidegateHere } from './tidegate.ts';

const counts = (...points: readonly (readonly [requests: number | null, errors: number | null])[]) =>
  points.map(([requests, errors], index) => ({ at: 1_000 * (index + 1), requests, errors }));
const values = (...found: readonly (number | string | null)[]) =>
  found.map((value, index) => ({ at: new Date(1_000 * (index + 1)).toISOString(), value }));

const share = { failAbove: 0.01, minRequests: 100 };
const sequential = { failAbove: 0.00001, test: 'sequential' };
const objective = { failAbove: 0.00001, test: 'objective' };
const limit = { failAbove: 0.5 };
const spread = (from: number) => Array.from({ length: 30 }, (_, index) => from + ((index * 7) % 30) / 30);

/** By name: what is judged, the exit code and the verdict, and a part of the reason. */
const cases: Readonly<Record<string, readonly [unknown, number, string, string]>> = {
  good: [{ gate: share, series: counts([1_000, 1], [1_000, 2]) }, 0, 'pass', '2 of 2 measurements passed'],
  bad: [{ gate: share, series: counts([1_000, 1], [1_000, 20]) }, 3, 'fail', '20 errors of 1000 requests'],
  borne: [{ gate: { ...share, failureLimit: 1 }, series: counts([1_000, 20], [1_000, 0]) }, 0, 'pass', '1 of 2'],
  pooled: [{ gate: share, series: counts([60, 0], [60, 0], [60, 0]) }, 0, 'pass', '0 errors of 180 requests'],
  few: [{ gate: share, series: counts([60, 0]) }, 7, 'inconclusive', '60 requests, expected at least 100'],
  idle: [{ gate: { failAbove: 0.01 }, series: counts([0, 0]) }, 7, 'inconclusive', '0 requests'],
  nothing: [{ gate: share, series: [] }, 7, 'inconclusive', 'the series has no point'],
  hole: [{ gate: limit, series: values(0.1, null, 0.1) }, 7, 'inconclusive', 'no data for the value (null)'],
  nan: [{ gate: limit, series: values('NaN') }, 7, 'inconclusive', '(NaN)'],
  infinite: [{ gate: limit, series: values('+Inf') }, 3, 'fail', 'expected a finite number'],
  short: [{ gate: { ...limit, count: 3 }, series: values(0.1) }, 7, 'inconclusive', 'stopped after 1 of 3'],
  gap: [
    { gate: { ...limit, maxAge: '1s' }, series: [...values(0.1), { at: 9_000, value: 0.1 }] },
    7,
    'inconclusive',
    '8 s without a point',
  ],
  impossible: [
    { gate: { ...share, consecutiveErrorLimit: 0 }, series: counts([200, 300]) },
    7,
    'error',
    'expected no more errors',
  ],
  early: [{ gate: sequential, series: counts([500, 1], [500, 1], [9_000_000, 0]) }, 3, 'fail', '20 stops'],
  steady: [{ gate: sequential, series: counts([100_000, 0], [200_000, 1]) }, 0, 'pass', 'evidence'],
  met: [{ gate: objective, series: counts([299_572, 0]) }, 0, 'pass', 'is met'],
  unknown: [
    { gate: objective, series: counts([299_571, 0]) },
    7,
    'inconclusive',
    '1 more clean requests would show it',
  ],
  broken: [{ gate: objective, series: counts([1_000, 5]) }, 3, 'fail', 'is broken'],
  worse: [
    { gate: { test: 'compare' }, series: counts([10_000, 5]), baseline: counts([90_000, 1]) },
    3,
    'fail',
    'by chance',
  ],
  alike: [
    { gate: { test: 'compare' }, series: counts([10_000, 4]), baseline: counts([90_000, 30]) },
    0,
    'pass',
    'by chance',
  ],
  burning: [
    { gate: { failAbove: 0.001, test: 'burn' }, series: counts([600, 0], [600, 300], [600, 300]) },
    3,
    'fail',
    'burns (page): 1h & 5m: 600 of 1800 failed',
  ],
  unburnt: [{ gate: { failAbove: 0.001, test: 'burn' }, series: counts([60, 1], [60, 0]) }, 0, 'pass', 'no rule burns'],
  unasked: [{ gate: { failAbove: 0.001, test: 'burn' }, series: counts([0, 0]) }, 7, 'inconclusive', '0 requests'],
  left: [
    { gate: { failAbove: 0.001, test: 'budget', atLeast: '50%' }, series: counts([10_000, 4]) },
    0,
    'pass',
    '4 of 10000 failed where 10 may: 60 % of the budget is left, expected at least 50 %',
  ],
  spent: [
    { gate: { failAbove: 0.001, test: 'budget' }, series: counts([10_000, 10]) },
    3,
    'fail',
    '0 % of the budget is left, expected some',
  ],
  expired: [
    { gate: { failAbove: 0.001, test: 'budget', window: '1s' }, series: counts([10_000, 500], [10_000, 0]) },
    0,
    'pass',
    '100 % of the budget is left',
  ],
  reported: [{ gate: { ...limit, effect: 'report' }, series: values(0.6) }, 3, 'fail', 'expected at most 0.5'],
  'slightly slower': [
    {
      gate: { test: 'compare', mostExceeds: 1, baseline: 'before' },
      series: values(...spread(3)),
      baseline: values(...spread(1)),
    },
    0,
    'pass',
    'shift 2',
  ],
  scored: [
    {
      gate: { test: 'score', groups: { latency: 60 } },
      metrics: [
        { gate: { ...limit, name: 'p50' }, group: 'latency', series: values(0.1) },
        { gate: { ...limit, name: 'p99' }, group: 'latency', series: values(0.9) },
        { gate: { ...share, name: 'errors' }, series: counts([1_000, 0]) },
      ],
    },
    3,
    'fail',
    'score 70, 95 passes and below 75 fails; not passed: p99; gate p99:',
  ],
  critical: [
    {
      gate: { test: 'score', pass: 10, marginal: 5 },
      metrics: [
        { gate: { ...limit, name: 'a' }, series: values(0.1) },
        { gate: { ...limit, name: 'b' }, critical: true, series: values(0.9) },
      ],
    },
    3,
    'fail',
    'score 0: critical b failed',
  ],
  dark: [
    { gate: { test: 'score' }, metrics: [{ gate: { ...limit, name: 'a' }, series: [] }] },
    7,
    'inconclusive',
    'no score: a could not be judged (1 of 1)',
  ],
  slower: [
    { gate: { test: 'compare' }, series: values(...spread(3)), baseline: values(...spread(1)) },
    3,
    'fail',
    'expected no rise',
  ],
};

const refused: Readonly<Record<string, readonly [unknown, string]>> = {
  'no-threshold': [{ gate: {}, series: values(1) }, 'there is no threshold'],
  inverted: [{ gate: { failAbove: 1, failBelow: 2 }, series: values(1) }, 'every value fails'],
  mixed: [
    {
      gate: limit,
      series: [
        { at: 1, value: 1 },
        { at: 2, requests: 1, errors: 0 },
      ],
    },
    'some points have values and some have counts',
  ],
  twice: [
    {
      gate: limit,
      series: [
        { at: 1, value: 1 },
        { at: 1, value: 2 },
      ],
    },
    'two points have the same time',
  ],
  misspelt: [{ gate: { failabove: 1 }, series: values(1) }, 'failabove'],
  shareless: [{ gate: { failAbove: 5, test: 'sequential' }, series: counts([1, 0]) }, 'a share between 0 and 1'],
  valued: [{ gate: sequential, series: values(1) }, 'needs requests and errors, not values'],
  baseless: [{ gate: { test: 'compare' }, series: values(1) }, 'compare needs one'],
  'no-series': [{ gate: limit }, 'series'],
  endless: [{ gate: { ...limit, failureLimit: -1 }, series: values(1) }, 'failures alone never fail it'],
  'whole-budget': [
    { gate: { failAbove: 0.001, test: 'budget', atLeast: '100%' }, series: counts([1, 0]) },
    'from 0 to below 1',
  ],
  'burnt-values': [{ gate: { failAbove: 0.001, test: 'burn' }, series: values(1) }, 'needs requests and errors'],
  'scored-series': [{ gate: { test: 'score' }, series: values(1) }, 'metrics'],
  'scored-twice': [
    {
      gate: { test: 'score' },
      metrics: [
        { gate: { ...limit, name: 'a' }, series: values(1) },
        { gate: { ...limit, name: 'a' }, series: values(1) },
      ],
    },
    'two have the same name',
  ],
  'scored-loosely': [
    { gate: { test: 'score' }, metrics: [{ gate: { name: 'a' }, series: values(1) }] },
    'metrics.0.gate: there is no threshold',
  ],
  overweight: [
    {
      gate: { test: 'score', groups: { a: 60, b: 60 } },
      metrics: [{ gate: { ...limit, name: 'a' }, series: values(1) }],
    },
    'weights of 120',
  ],
};

let folder: string;
beforeAll(() => {
  const files = [...Object.entries(cases), ...Object.entries(refused)].map(([name, [document]]) => [
    `${name}.json`,
    JSON.stringify(document),
  ]);
  folder = folderWith({
    ...Object.fromEntries(files),
    'text.json': 'gate: {}',
    'words.json': JSON.stringify({ gate: limit, series: [{ at: 1, value: '0.1' }] }),
    'marked.json': `\uFEFF${JSON.stringify({ gate: limit, series: values(0.1) })}`,
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('tidegate judge', () => {
  test.each(Object.entries(cases))('judges %s', async (name, [, exitCode, verdict, reason]) => {
    const ran = await tidegateHere(folder, ['judge', `${name}.json`, '--json']);
    const [line = ''] = ran.out;
    expect({ exitCode: ran.exitCode, lines: ran.out.length }).toEqual({ exitCode, lines: 1 });
    expect(JSON.parse(line)).toMatchObject({ gate: 'gate', verdict, because: expect.stringContaining(reason) });
  });

  test.each(Object.entries(refused))('refuses %s', async (name, [, reason]) => {
    const ran = await tidegateHere(folder, ['judge', `${name}.json`]);
    expect({ exitCode: ran.exitCode, out: ran.out }).toEqual({ exitCode: 2, out: [] });
    expect(ran.err).toContain(reason);
  });

  it('refuses what is no JSON, and what is not there', async () => {
    expect(await tidegateHere(folder, ['judge', 'text.json'])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('it is no JSON'),
    });
    expect(await tidegateHere(folder, ['judge', 'gone.json'])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('can not be read'),
    });
  });

  it('says what a point has to be, and reads a file that begins with a byte order mark', async () => {
    expect(await tidegateHere(folder, ['judge', 'words.json'])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining(
        'series.0: expected at (RFC 3339 with its zone, or milliseconds) and either value or',
      ),
    });
    expect(await tidegateHere(folder, ['judge', 'marked.json'])).toMatchObject({ exitCode: 0 });
  });

  it('exits as a process as it judged', async () => {
    expect(await tidegate(folder, ['judge', 'bad.json'])).toMatchObject({ exitCode: 3, err: '' });
  });
});
