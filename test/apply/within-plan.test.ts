import { expect, it } from 'vitest';
import { withinPlan } from '../../shared/apply/within-plan.ts';
import type { FieldChange, PlannedObject, TargetPlan } from '../../shared/rollout/plan.ts';

const planOf = (...objects: readonly PlannedObject[]): Omit<TargetPlan, 'restarts'> => ({
  target: 't',
  release: 'sha256:r',
  rendered: 'sha256:x',
  objects,
});
const object = (action: PlannedObject['action'], more: Partial<PlannedObject> = {}): PlannedObject => ({
  id: 'apps/Deployment/shop/web',
  service: 'web',
  action,
  fields: [],
  ...more,
});
const image: FieldChange = { path: '/spec/image', replacesHash: 'sha256:1', withHash: 'sha256:2' };
const replicas: FieldChange = { path: '/spec/replicas', replacesHash: 'sha256:3', withHash: 'sha256:4' };
const whole: FieldChange = { path: '', withHash: 'sha256:9' };

it.each([
  [
    'the same change',
    object('change', { uid: 'u', fields: [image, replicas] }),
    object('change', { uid: 'u', fields: [image, replicas] }),
    true,
  ],
  [
    'a part of the fields',
    object('change', { uid: 'u', fields: [image, replicas] }),
    object('change', { uid: 'u', fields: [replicas] }),
    true,
  ],
  ['what is done already', object('change', { uid: 'u', fields: [image] }), object('unchanged'), true],
  ['an object that is unchanged and was never planned', undefined, object('unchanged'), true],
  [
    'only ownership left to settle',
    object('change', { uid: 'u', fields: [image] }),
    object('change', { uid: 'u', fields: [{ path: '/metadata/managedFields', withHash: 'sha256:7' }] }),
    true,
  ],
  [
    'the second half of a migration',
    object('migrate', { uid: 'u', fields: [image, replicas] }),
    object('change', { uid: 'u', fields: [replicas] }),
    true,
  ],
  [
    'more than the second half of a migration',
    object('migrate', { uid: 'u', fields: [image] }),
    object('change', { uid: 'u', fields: [image, replicas] }),
    false,
  ],
  [
    'a migration where a change was approved',
    object('change', { uid: 'u', fields: [image] }),
    object('migrate', { uid: 'u', fields: [image] }),
    false,
  ],
  [
    'replicas left to hand over after a recreation',
    object('recreate', { uid: 'u' }),
    object('change', { uid: 'v', fields: [{ path: '/metadata/managedFields', withHash: 'sha256:7' }] }),
    true,
  ],
  [
    'a value left to change after a recreation',
    object('recreate', { uid: 'u', fields: [image] }),
    object('change', { uid: 'v', fields: [image] }),
    false,
  ],
  [
    'the create after the delete of a recreation',
    object('recreate', { uid: 'u' }),
    object('create', { fields: [whole] }),
    true,
  ],
  ['the same create', object('create', { fields: [whole] }), object('create', { fields: [whole] }), true],
  ['the same prune', object('prune', { uid: 'u' }), object('prune', { uid: 'u' }), true],
  [
    'one field more',
    object('change', { uid: 'u', fields: [image] }),
    object('change', { uid: 'u', fields: [image, replicas] }),
    false,
  ],
  [
    'another value to begin with',
    object('change', { uid: 'u', fields: [image] }),
    object('change', { uid: 'u', fields: [{ ...image, replacesHash: 'sha256:8' }] }),
    false,
  ],
  [
    'another value to end with',
    object('change', { uid: 'u', fields: [image] }),
    object('change', { uid: 'u', fields: [{ ...image, withHash: 'sha256:8' }] }),
    false,
  ],
  [
    'another object under the same name',
    object('change', { uid: 'u', fields: [image] }),
    object('change', { uid: 'v', fields: [image] }),
    false,
  ],
  [
    'a change where a create was approved',
    object('create', { fields: [whole] }),
    object('change', { uid: 'u', fields: [image] }),
    false,
  ],
  [
    'a create where a change was approved',
    object('change', { uid: 'u', fields: [image] }),
    object('create', { fields: [whole] }),
    false,
  ],
  [
    'a recreation where a change was approved',
    object('change', { uid: 'u', fields: [image] }),
    object('recreate', { uid: 'u', fields: [image] }),
    false,
  ],
  [
    'a create of other content',
    object('create', { fields: [whole] }),
    object('create', { fields: [{ ...whole, withHash: 'sha256:0' }] }),
    false,
  ],
  ['the prune of another object', object('prune', { uid: 'u' }), object('prune', { uid: 'v' }), false],
  ['a prune nobody saw', undefined, object('prune', { uid: 'u' }), false],
] as const)('%s', (_, approved, now, ok) => {
  expect(withinPlan(planOf(...(approved ? [approved] : [])), planOf(now))).toEqual(ok ? { ok } : { ok, more: [now] });
});

it.each([['target'], ['release'], ['rendered']] as const)('nothing of a plan with another %s is within', (part) => {
  const approved = planOf(object('create', { fields: [whole] }));
  const other = { ...approved, [part]: 'sha256:other' };
  expect(withinPlan(approved, other)).toEqual({ ok: false, more: approved.objects });
});
