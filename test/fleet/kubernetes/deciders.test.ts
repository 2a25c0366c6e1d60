import { describe, expect, it } from 'vitest';
import { duplicateKeys } from '../../../local/fleet/kubernetes/api/duplicate-keys.ts';
import { routeOf } from '../../../local/fleet/kubernetes/api/route.ts';
import { fieldsV1Of, parseFieldsV1, pathsOf, pathText } from '../../../local/fleet/kubernetes/apply/field-set.ts';
import { crashBackoffMs, liveUntil } from '../../../local/fleet/kubernetes/controllers/container-life.ts';
import { nextJobStep } from '../../../local/fleet/kubernetes/controllers/job.ts';
import { planRollingUpdate, resolveLimits } from '../../../local/fleet/kubernetes/controllers/rolling-update.ts';
import { planStatefulSet } from '../../../local/fleet/kubernetes/controllers/stateful-set.ts';
import { jsonPatch } from '../../../local/fleet/kubernetes/patch/json-patch.ts';
import { canonicalQuantity, milliOf } from '../../../local/fleet/kubernetes/schema/quantity.ts';
import { matches, parseLabelSelector } from '../../../local/fleet/kubernetes/storage/selector.ts';

it.each([
  ['1000m', '1', 1000],
  ['0.5', '500m', 500],
  ['1024Mi', '1Gi', 1_073_741_824_000],
  ['1.5Gi', '1536Mi', 1_610_612_736_000],
  ['1e3', '1e3', 1_000_000],
  ['2000', '2k', 2_000_000],
  ['0', '0', 0],
  ['100u', '100u', 1],
])('reads the quantity %s as %s', (text, canonical, milli) => {
  expect([canonicalQuantity(text), milliOf(text)]).toEqual([canonical, milli]);
});

it.each(['', 'abc', '1KiB', '--1', '1.2.3'])('refuses %j as a quantity', (text) => {
  expect(() => canonicalQuantity(text)).toThrow('quantities must match the regular expression');
});

describe('a rolling update', () => {
  const set = (name: string, wanted: number, available = wanted) => ({ name, wanted, available });
  it.each([
    ['grows into the surge first', set('new', 0), [set('old', 4)], { new: 1 }],
    ['waits while the surge is not available', set('new', 1, 0), [set('old', 4)], {}],
    ['shrinks the old set once a new pod is available', set('new', 1), [set('old', 4)], { old: 3 }],
    ['takes sick old pods first', set('new', 1, 0), [set('sick', 2, 0), set('old', 2)], {}],
    [
      'takes sick old pods without waiting where availability allows',
      set('new', 1),
      [set('sick', 1, 0), set('old', 3)],
      { sick: 0 },
    ],
    ['shrinks a set that is too large', set('new', 6), [], { new: 4 }],
    ['is done', set('new', 4), [set('old', 0)], {}],
  ])('%s', (_, current, old, sizes) => {
    const plan = planRollingUpdate({ replicas: 4, maxSurge: 1, maxUnavailable: 0, current, old });
    expect(Object.fromEntries(plan)).toEqual(sizes);
  });

  it.each([
    ['25%', '25%', 3, { maxSurge: 1, maxUnavailable: 0 }],
    ['25%', '25%', 8, { maxSurge: 2, maxUnavailable: 2 }],
    [0, '10%', 3, { maxSurge: 0, maxUnavailable: 1 }],
    [2, 5, 3, { maxSurge: 2, maxUnavailable: 3 }],
  ])('resolves surge %s and unavailable %s of %i', (surge, unavailable, replicas, limits) => {
    expect(resolveLimits(surge, unavailable, replicas)).toEqual(limits);
  });
});

describe('a StatefulSet', () => {
  const how = { parallel: false, onDelete: false, partition: 0 };
  const slot = (ordinal: number, more: object = {}) => ({
    ordinal,
    exists: true,
    ready: true,
    terminating: false,
    revision: 'b',
    ...more,
  });
  it.each([
    ['starts with number 0', [], how, { create: 0 }],
    ['waits for the one before', [slot(0, { ready: false })], how, {}],
    ['does not wait in parallel', [slot(0, { ready: false })], { ...how, parallel: true }, { create: 1 }],
    ['shrinks from the top', [slot(0), slot(1), slot(2), slot(3)], how, { remove: [3] }],
    [
      'replaces the highest old one',
      [slot(0, { revision: 'a' }), slot(1, { revision: 'a' }), slot(2)],
      how,
      { remove: [1] },
    ],
    ['waits for the replaced one', [slot(0, { revision: 'a' }), slot(1, { ready: false }), slot(2)], how, {}],
    ['stops at its partition', [slot(0, { revision: 'a' }), slot(1), slot(2)], { ...how, partition: 1 }, {}],
    ['leaves replacing to the user', [slot(0, { revision: 'a' }), slot(1), slot(2)], { ...how, onDelete: true }, {}],
  ])('%s', (_, slots, rules, step) => {
    expect(planStatefulSet(slots, 3, 'b', rules)).toEqual(step);
  });
});

it.each([
  [
    { completions: 1, parallelism: 1 },
    { active: 0, succeeded: 0, failed: 0, failures: 0 },
    { is: 'running', create: 1 },
  ],
  [
    { completions: 3, parallelism: 2 },
    { active: 1, succeeded: 2, failed: 0, failures: 0 },
    { is: 'running', create: 0 },
  ],
  [{ completions: 1 }, { active: 0, succeeded: 1, failed: 0, failures: 0 }, { is: 'complete' }],
  [{ parallelism: 2 }, { active: 1, succeeded: 1, failed: 0, failures: 0 }, { is: 'running', create: 0 }],
  [
    { completions: 1, backoffLimit: 2 },
    { active: 0, succeeded: 0, failed: 3, failures: 3 },
    { is: 'failed', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' },
  ],
] as const)('a Job of %j with %j does %j', (spec, counts, step) => {
  expect(nextJobStep({ ...spec }, counts, 0)).toEqual(step);
});

describe('a container', () => {
  const rules = { restartPolicy: 'Always', isInit: false };
  const start = { is: 'creating', since: 0, restarts: 0, pulls: 0 } as const;

  it('restarts at once, then after 10 s and more', () => {
    const crash = { pull: 'ok', startMs: 100, readyMs: 0, crash: { afterMs: 50, exitCode: 1, log: '' } } as const;
    const { lives, nextAt } = liveUntil(start, crash, rules, 30_000);
    expect(lives.map(({ is, since, restarts }) => [is, since, restarts])).toEqual([
      ['creating', 0, 0],
      ['running', 100, 0],
      ['backing-off', 150, 0],
      ['running', 150, 1],
      ['backing-off', 200, 1],
      ['running', 10_200, 2],
      ['backing-off', 10_250, 2],
    ]);
    expect(nextAt).toBe(30_250);
    expect([0, 1, 2, 5, 6, 20].map(crashBackoffMs)).toEqual([0, 10_000, 20_000, 160_000, 300_000, 300_000]);
  });

  it('pulls again and again where the image is not there', () => {
    const missing = { pull: 'not-found', startMs: 100, readyMs: 0 } as const;
    const { lives } = liveUntil(start, missing, rules, 40_000);
    expect(lives.map(({ is, since }) => [is, since])).toEqual([
      ['creating', 0],
      ['pull-failed', 100],
      ['creating', 10_100],
      ['pull-failed', 10_200],
      ['creating', 30_200],
      ['pull-failed', 30_300],
    ]);
  });
});

it('writes a set of fields as the API does, and reads it back', () => {
  const fields = {
    'f:spec': { 'f:containers': { 'k:{"name":"a"}': { '.': {}, 'f:image': {} } }, 'f:finalizers': { 'v:"x"': {} } },
  };
  const set = parseFieldsV1(fields);
  expect(fieldsV1Of(set)).toEqual(fields);
  expect(pathsOf(set).map(pathText)).toEqual([
    '.spec.containers[name="a"]',
    '.spec.containers[name="a"].image',
    '.spec.finalizers[="x"]',
  ]);
});

it('finds members given twice, at any depth', () => {
  expect(duplicateKeys('{"a":1,"b":[{"c":"}","c":2}],"a":{"d":[1,{"e":1,"e":1}]}}')).toEqual([
    'b[0].c',
    'a',
    'a.d[1].e',
  ]);
});

it.each([
  [
    '/api/v1/namespaces/shop',
    { group: '', version: 'v1', namespace: undefined, plural: 'namespaces', name: 'shop', subresource: '' },
  ],
  [
    '/api/v1/namespaces/shop/status',
    { group: '', version: 'v1', namespace: undefined, plural: 'namespaces', name: 'shop', subresource: 'status' },
  ],
  [
    '/api/v1/namespaces/shop/pods/a/log',
    { group: '', version: 'v1', namespace: 'shop', plural: 'pods', name: 'a', subresource: 'log' },
  ],
  [
    '/apis/apps/v1/deployments',
    { group: 'apps', version: 'v1', namespace: undefined, plural: 'deployments', name: '', subresource: '' },
  ],
])('%s names a resource', (pathname, path) => {
  expect(routeOf(pathname)).toEqual({ to: 'resource', path });
});

it.each([
  ['a=1,b!=2', { a: '1' }, true],
  ['a in (1, 2),!c', { a: '2' }, true],
  ['a notin (1)', {}, true],
  ['a', { b: '1' }, false],
  ['', {}, true],
])('the selector %j on %j is %s', (selector, labels, expected) => {
  expect(matches(parseLabelSelector(selector), labels)).toBe(expected);
});

it('patches by operations, or not at all', () => {
  const target = { a: [1, 2], b: { 'c/d': 1 } };
  const patch = [
    { op: 'add', path: '/a/-', value: 3 },
    { op: 'move', from: '/b/c~1d', path: '/e' },
    { op: 'test', path: '/a/0', value: 1 },
  ];
  expect(jsonPatch(target, patch)).toEqual({ a: [1, 2, 3], b: {}, e: 1 });
  expect(() => jsonPatch(target, [...patch, { op: 'remove', path: '/nothing' }])).toThrow('/nothing is not there');
  expect(target).toEqual({ a: [1, 2], b: { 'c/d': 1 } });
});
