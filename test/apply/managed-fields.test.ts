import { describe, expect, it } from 'vitest';
import type { Difference } from '../../shared/apply/assess-value.ts';
import type { FieldTrie, LiveObject, ManagedFieldsEntry } from '../../shared/apply/live-object.ts';
import { assessDifference, isAppliedOtherwise } from '../../shared/apply/managed-fields.ts';
import type { Manifest } from '../../shared/rollout/release.ts';

const want = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop', labels: { app: 'web' } },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: {
      spec: {
        containers: [
          {
            name: 'main',
            image: 'i:1',
            resources: { limits: { cpu: '1000m' } },
            env: [
              { name: 'B', value: '1' },
              { name: 'A', value: '2' },
            ],
          },
        ],
        volumes: [{ name: 'tmp', emptyDir: {} }],
      },
    },
  },
} satisfies Manifest;

const fields: FieldTrie = {
  'f:metadata': { 'f:labels': { 'f:app': {} }, 'f:annotations': { 'f:tidegate.dev/fence': {} } },
  'f:spec': {
    'f:replicas': {},
    'f:selector': {},
    'f:template': {
      'f:spec': {
        'f:containers': {
          'k:{"name":"main"}': {
            '.': {},
            'f:name': {},
            'f:image': {},
            'f:resources': { 'f:limits': { 'f:cpu': {} } },
            'f:env': {
              'k:{"name":"A"}': { '.': {}, 'f:name': {}, 'f:value': {} },
              'k:{"name":"B"}': { '.': {}, 'f:name': {}, 'f:value': {} },
            },
          },
        },
        'f:volumes': { 'k:{"name":"tmp"}': { '.': {}, 'f:name': {}, 'f:emptyDir': {} } },
      },
    },
  },
};

const entryOf = (more: FieldTrie = {}): ManagedFieldsEntry => ({
  manager: 'tidegate',
  operation: 'Apply',
  apiVersion: 'apps/v1',
  fieldsType: 'FieldsV1',
  fieldsV1: { ...fields, 'f:spec': { ...fields['f:spec'], ...more } },
});

/** As the server holds it: defaults beside ours, a quantity in its canonical form, items of others. */
const held = (): LiveObject => ({
  ...want,
  metadata: {
    ...want.metadata,
    uid: 'u',
    resourceVersion: '9',
    annotations: { 'tidegate.dev/fence': '7', 'deployment.kubernetes.io/revision': '1' },
    managedFields: [entryOf()],
  },
  spec: {
    ...want.spec,
    progressDeadlineSeconds: 600,
    template: {
      spec: {
        containers: [
          {
            name: 'main',
            image: 'i:1',
            imagePullPolicy: 'Always',
            resources: { limits: { cpu: '1' } },
            env: [
              { name: 'B', value: '1' },
              { name: 'A', value: '2' },
            ],
          },
          { name: 'sidecar', image: 'injected' },
        ],
        volumes: [{ name: 'tmp', emptyDir: {} }],
      },
    },
  },
  status: { replicas: 2 },
});

/** A deep copy of the manifest after a change to it. */
const wantBut = (change: (manifest: typeof want) => void): Manifest => {
  const copy = structuredClone(want);
  change(copy);
  return copy;
};
const heldBut = (change: (object: ReturnType<typeof held> & { spec: typeof want.spec }) => void): LiveObject => {
  const copy = structuredClone(held()) as LiveObject & { spec: typeof want.spec };
  change(copy);
  return copy;
};
const container = (object: { spec: typeof want.spec }) =>
  object.spec.template.spec.containers[0] as (typeof want.spec.template.spec.containers)[0];

describe('the difference that applying would make', () => {
  it('is none for what was applied, whatever the server and others added', () => {
    expect(assessDifference(want, held())).toBe('none');
  });

  it.each<[Difference, string, Manifest, LiveObject]>([
    ['certain', 'another value in the manifest', wantBut((w) => void Object.assign(w.spec, { replicas: 3 })), held()],
    ['certain', 'another value in the cluster', want, heldBut((h) => void Object.assign(h.spec, { replicas: 5 }))],
    [
      'certain',
      'another amount of a quantity',
      wantBut((w) => void Object.assign(container(w).resources.limits, { cpu: '2' })),
      held(),
    ],
    [
      'certain',
      'a field more in the manifest',
      wantBut((w) => void Object.assign(w.spec, { minReadySeconds: 5 })),
      held(),
    ],
    [
      'certain',
      'a field that left the manifest',
      wantBut((w) => void Reflect.deleteProperty(w.spec, 'replicas')),
      held(),
    ],
    [
      'certain',
      'a list item more in the manifest',
      wantBut((w) => void container(w).env.push({ name: 'C', value: '3' })),
      held(),
    ],
    ['certain', 'a list item that left the manifest', wantBut((w) => void container(w).env.pop()), held()],
    ['doubt', 'a list item that is gone from the cluster', want, heldBut((h) => void container(h).env.pop())],
    ['doubt', 'another order of our list items', want, heldBut((h) => void container(h).env.reverse())],
    [
      'doubt',
      'an atomic map that differs',
      want,
      heldBut((h) => void Object.assign(h.spec.selector.matchLabels, { tier: 'x' })),
    ],
    ['doubt', 'a label that is gone', want, heldBut((h) => void Object.assign(h.metadata, { labels: {} }))],
    [
      'certain',
      'an object we never applied',
      want,
      heldBut((h) => void Object.assign(h.metadata, { managedFields: [] })),
    ],
    [
      'none',
      'an empty value that the server does not keep',
      wantBut((w) => void Object.assign(w.spec, { paused: false })),
      heldBut((h) => void Object.assign(h.metadata, { managedFields: [entryOf({ 'f:paused': {} })] })),
    ],
    [
      'doubt',
      'a value where the server has none',
      wantBut((w) => void Object.assign(w.spec, { paused: true })),
      heldBut((h) => void Object.assign(h.metadata, { managedFields: [entryOf({ 'f:paused': {} })] })),
    ],
    ['doubt', 'an entry of another version', { ...want, apiVersion: 'apps/v2' }, held()],
    [
      'certain',
      'an object only updated under our name',
      want,
      heldBut(
        (h) =>
          void Object.assign(h.metadata, {
            managedFields: [{ manager: 'tidegate', operation: 'Update', apiVersion: 'apps/v1', fieldsV1: fields }],
          }),
      ),
    ],
  ])('is %s of %s', (expected, _, manifest, object) => {
    expect(assessDifference(manifest, object)).toBe(expected);
  });
});

describe('that Tidegate applied something else', () => {
  const entryBut = (more: FieldTrie) =>
    heldBut((h) => void Object.assign(h.metadata, { managedFields: [entryOf(more)] }));

  it.each<[boolean, string, Manifest, LiveObject]>([
    [false, 'what was applied', want, held()],
    [true, 'another value of a field of ours', want, heldBut((h) => void Object.assign(h.spec, { replicas: 5 }))],
    [true, 'a value in a list', want, heldBut((h) => void Object.assign(container(h), { image: 'i:2' }))],
    [
      true,
      'a field of ours that is not wanted',
      want,
      heldBut((h) => {
        Object.assign(h.spec, { paused: true });
        Object.assign(h.metadata, { managedFields: [entryOf({ 'f:paused': {} })] });
      }),
    ],
    [true, 'an item of ours that is not wanted', wantBut((w) => void container(w).env.pop()), held()],
    [false, 'the amount of a quantity in another form', want, held()],
    [
      false,
      'a field that another manager took over',
      want,
      heldBut((h) => {
        const { 'f:replicas': _taken, ...left } = fields['f:spec'] ?? {};
        Object.assign(h.spec, { replicas: 9 });
        Object.assign(h.metadata, { managedFields: [{ ...entryOf(), fieldsV1: { ...fields, 'f:spec': left } }] });
      }),
    ],
    [false, 'an entry of another version', { ...want, apiVersion: 'apps/v2' }, entryBut({ 'f:paused': {} })],
    [
      false,
      'an object that we never applied',
      want,
      heldBut((h) => void Object.assign(h.metadata, { managedFields: [] })),
    ],
  ])('is %s of %s', (expected, _, manifest, object) => {
    expect(isAppliedOtherwise(manifest, object)).toBe(expected);
  });
});
