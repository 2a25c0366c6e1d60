import { describe, expect, it, test } from 'vitest';
import { assessDrift, type DriftFound, sayDrifted } from '../../shared/drift/assess-drift.ts';
import { orderLooks } from '../../shared/drift/detect-drift.ts';
import type { Standing } from '../../shared/ledger/target-state.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import type { Action, ObjectId, PlannedObject } from '../../shared/rollout/plan.ts';
import type { PlannedOne } from '../../shared/wave/plan-one.ts';

const id = (name: string): ObjectId => `apps/Deployment/shop/${name}`;
const object = (name: string, action: Action, ...paths: readonly string[]): PlannedObject => ({
  id: id(name),
  service: 'web',
  action,
  fields: paths.map((path) => ({ path, replaces: 'a', with: 'b' })),
});
const planned = (...objects: readonly PlannedObject[]): PlannedOne => ({
  status: 'planned',
  planned: {
    endpoint: { server: 'https://a' },
    findings: [],
    plan: {
      target: 'a',
      release: digestOf('r'),
      rendered: digestOf('m'),
      objects,
      restarts: { order: 'providers-first', perMinute: 1, steps: [], starts: [], later: [], waiting: [] },
    },
  },
});
const drifted = (name: string, because: string): DriftFound => ({
  status: 'drifted',
  objects: [{ id: id(name), because }],
});

describe('a target that is compared with what was brought to it', () => {
  test.each<[string, PlannedOne, DriftFound]>([
    ['has all of it', planned(object('web', 'unchanged')), { status: 'as-deployed', objects: 1 }],
    ['has nothing, as it shall', planned(), { status: 'as-deployed', objects: 0 }],
    ['lacks an object', planned(object('web', 'create')), drifted('web', 'it is gone')],
    [
      'has another value',
      planned(object('web', 'change', '/spec/replicas')),
      drifted('web', '1 field differs: /spec/replicas'),
    ],
    [
      'has several other values',
      planned(object('web', 'change', '/a', '/b', '/c', '/d', '/e')),
      drifted('web', '5 fields differ: /a, /b, /c and 2 more fields'),
    ],
    [
      'has a value that can not be changed',
      planned(object('web', 'recreate', '/spec/selector')),
      drifted('web', '1 field differs: /spec/selector; only a new object can have it back'),
    ],
    [
      'has what a client applied over it',
      planned(object('web', 'migrate', '/spec/replicas', '/metadata/managedFields')),
      drifted('web', '1 field differs: /spec/replicas; somebody applied it from a client'),
    ],
    [
      'has its values, held by another',
      planned(object('web', 'migrate', '/metadata/managedFields')),
      { status: 'as-deployed', objects: 1 },
    ],
    [
      'has what left the release, and stayed',
      planned(object('web', 'unchanged'), object('old', 'prune')),
      { status: 'as-deployed', objects: 1 },
    ],
    [
      'has fields that somebody else holds',
      {
        status: 'refused',
        refusals: [
          {
            code: 'FIELD_CONFLICT',
            object: id('web'),
            because: 'long',
            conflicts: [
              { path: '.spec.replicas', manager: 'night-shift' },
              { path: '.spec.paused', manager: 'ops' },
            ],
          },
          { code: 'FORBIDDEN', object: id('other'), because: 'may not be read' },
        ],
      },
      drifted('web', 'others hold .spec.replicas (night-shift), .spec.paused (ops)'),
    ],
    [
      'has an object that is being deleted',
      { status: 'refused', refusals: [{ code: 'TERMINATING', object: id('web'), because: 'it is being deleted' }] },
      drifted('web', 'it is being deleted'),
    ],
    [
      'has lost the namespace that all of it was in',
      { status: 'refused', refusals: [{ code: 'NAMESPACE_MISSING', because: 'a: namespace shop does not exist' }] },
      { status: 'drifted', objects: [{ id: '/Namespace//shop', because: 'a: namespace shop does not exist' }] },
    ],
    [
      'has lost a kind, and its objects with it',
      { status: 'refused', refusals: [{ code: 'UNKNOWN_KIND', object: id('web'), because: 'no such kind' }] },
      drifted('web', 'no such kind'),
    ],
    [
      'refuses the look, which says nothing of it',
      { status: 'refused', refusals: [{ code: 'FORBIDDEN', object: id('web'), because: 'may not be read' }] },
      { status: 'unknown', because: 'what was deployed can not be planned again: may not be read' },
    ],
    ['does not answer', { status: 'unreachable', because: 'no answer' }, { status: 'unknown', because: 'no answer' }],
  ])('%s', (_, plan, found) => {
    expect(assessDrift(plan, { namespace: 'shop' })).toEqual(found);
  });
});

it('is said by the first three objects', () => {
  const objects = ['a', 'b', 'c', 'd'].map((name) => ({ id: id(name), because: 'it is gone' }));
  expect(sayDrifted(objects)).toBe(
    'apps/Deployment/shop/a (it is gone), apps/Deployment/shop/b (it is gone), apps/Deployment/shop/c (it is gone) and 1 more',
  );
});

it('is looked for on targets that have what they should have by our own account, those looked at longest ago first', () => {
  const standing = (rollout: string): Standing => ({
    release: digestOf('r'),
    rendered: digestOf('m'),
    commit: 'c',
    rollout,
    at: 1,
  });
  const states = [
    { target: 'new' },
    { target: 'under-way', begun: standing('r2'), verified: standing('r1') },
    { target: 'late', begun: standing('r1'), verified: standing('r1') },
    { target: 'never', begun: standing('r1'), verified: standing('r1') },
    { target: 'early', begun: standing('r1'), verified: standing('r1') },
  ];
  const before = new Map([
    ['late', { at: 9 }],
    ['early', { at: 5 }],
  ]);
  expect(orderLooks(states, before).map(({ target }) => target)).toEqual(['never', 'early', 'late']);
});
