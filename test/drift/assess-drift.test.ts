import { describe, expect, it, test } from 'vitest';
import type { ToDo } from '../../shared/apply/look-again.ts';
import { assessDrift, type DriftFound, sayDrifted } from '../../shared/drift/assess-drift.ts';
import { orderLooks } from '../../shared/drift/detect-drift.ts';
import type { Standing } from '../../shared/ledger/target-state.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import type { Action, ObjectId } from '../../shared/rollout/plan.ts';
import type { Looked } from '../../shared/wave/verify-target.ts';

const id = (name: string): ObjectId => `apps/Deployment/shop/${name}`;
const object = (name: string, action: Action, ...paths: readonly string[]): ToDo => ({
  id: id(name),
  action,
  fields: paths.map((path) => ({ path, replaces: 'a', with: 'b' })),
});
/** One object differs; in what, by digest. */
const parts = [expect.stringMatching(/^[0-9a-f]{16}$/)];
const looked = (...found: readonly ToDo[]): Looked => {
  const objects = found.filter(({ action }) => action !== 'prune').length;
  const toDo = found.filter(({ action }) => action !== 'unchanged');
  return toDo.length === 0 ? { status: 'as-deployed', objects } : { status: 'different', objects, toDo };
};
const drifted = (name: string, because: string): DriftFound => ({
  ...{ status: 'drifted', parts },
  objects: [{ id: id(name), because }],
});

describe('a target that is compared with what was brought to it', () => {
  test.each<[string, Looked, DriftFound]>([
    ['has all of it', looked(object('web', 'unchanged')), { status: 'as-deployed', objects: 1 }],
    ['has nothing, as it shall', looked(), { status: 'as-deployed', objects: 0 }],
    ['lacks an object', looked(object('web', 'create')), drifted('web', 'it is gone')],
    [
      'has another value',
      looked(object('web', 'change', '/spec/replicas')),
      drifted('web', '1 field differs: /spec/replicas'),
    ],
    [
      'has several other values',
      looked(object('web', 'change', '/a', '/b', '/c', '/d', '/e')),
      drifted('web', '5 fields differ: /a, /b, /c and 2 more fields'),
    ],
    [
      'has a value that can not be changed',
      looked(object('web', 'recreate', '/spec/selector')),
      drifted('web', '1 field differs: /spec/selector; only a new object can have it back'),
    ],
    [
      'has what a client applied over it',
      looked(object('web', 'migrate', '/spec/replicas', '/metadata/managedFields')),
      drifted('web', '1 field differs: /spec/replicas; somebody applied it from a client'),
    ],
    [
      'has its values, held by another',
      looked(object('web', 'migrate', '/metadata/managedFields')),
      { status: 'as-deployed', objects: 1 },
    ],
    [
      'has what left the release, and stayed',
      looked(object('web', 'unchanged'), object('old', 'prune')),
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
      { status: 'drifted', parts, objects: [{ id: '/Namespace//shop', because: 'a: namespace shop does not exist' }] },
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

describe('what a waiver lets by', () => {
  const partsOf = (...objects: readonly ToDo[]): readonly string[] => {
    const found = assessDrift(looked(...objects), { namespace: 'shop' });
    return found.status === 'drifted' ? found.parts : [];
  };
  const web = object('web', 'change', '/spec/replicas');
  const api = object('api', 'create');
  const [part = ''] = partsOf(web);

  it('is each object for itself, in no order', () => {
    expect(partsOf(api, web)).toEqual(partsOf(web, api));
    expect(partsOf(web, api)).toContain(part);
    expect(partsOf(web, api)).toHaveLength(2);
  });

  it.each<[string, ToDo]>([
    ['one field more', object('web', 'change', '/spec/paused', '/spec/replicas')],
    ['another live value', { ...web, fields: [{ path: '/spec/replicas', replacesHash: digestOf('c'), with: 'b' }] }],
    ['that it is gone', object('web', 'create')],
  ])('is not %s', (_, different) => {
    expect(partsOf(different)).not.toContain(part);
  });

  it.each<[string, ToDo]>([
    [
      'another release would bring another value',
      { ...web, fields: [{ path: '/spec/replicas', replaces: 'a', with: 'c' }] },
    ],
    ['another holds its fields', { ...web, fields: [...web.fields, { path: '/metadata/managedFields' }] }],
    ['somebody wrote it again', { ...web, written: { manager: 'kubectl-edit', operation: 'Update', at: 5 } }],
  ])('stays where %s', (_, same) => {
    expect(partsOf(same)).toEqual([part]);
  });

  it('is everything at once where that is too much to tell apart', () => {
    const many = Array.from({ length: 201 }, (_, index) => object(`web-${index}`, 'create'));
    expect(partsOf(...many)).toHaveLength(1);
    expect(partsOf(...many)).not.toEqual(partsOf(...many.slice(1), object('web-201', 'create')));
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
  expect(orderLooks(states, before)).toEqual(['never', 'early', 'late']);
});
