import { describe, expect, it } from 'vitest';
import type { FieldTrie, LiveObject } from '../../shared/apply/live-object.ts';
import { isExactlyApplied } from '../../shared/apply/managed-fields.ts';
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

/** As the server holds it: defaults beside ours, a quantity in its canonical form, items of others. */
const held = (): LiveObject => ({
  ...want,
  metadata: {
    ...want.metadata,
    uid: 'u',
    resourceVersion: '9',
    annotations: { 'tidegate.dev/fence': '7', 'deployment.kubernetes.io/revision': '1' },
    managedFields: [
      { manager: 'tidegate', operation: 'Apply', apiVersion: 'apps/v1', fieldsType: 'FieldsV1', fieldsV1: fields },
    ],
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

describe('isExactlyApplied', () => {
  it('sees what was applied as applied, whatever the server and others added', () => {
    expect(isExactlyApplied(want, held())).toBe(true);
  });

  it.each<[string, Manifest, LiveObject]>([
    ['another value in the manifest', wantBut((w) => void Object.assign(w.spec, { replicas: 3 })), held()],
    ['another value in the cluster', want, heldBut((h) => void Object.assign(h.spec, { replicas: 5 }))],
    [
      'another amount of a quantity',
      wantBut((w) => void Object.assign(container(w).resources.limits, { cpu: '2' })),
      held(),
    ],
    ['a field more in the manifest', wantBut((w) => void Object.assign(w.spec, { minReadySeconds: 5 })), held()],
    ['a field that left the manifest', wantBut((w) => void Reflect.deleteProperty(w.spec, 'replicas')), held()],
    ['a list item more in the manifest', wantBut((w) => void container(w).env.push({ name: 'C', value: '3' })), held()],
    ['a list item that left the manifest', wantBut((w) => void container(w).env.pop()), held()],
    ['a list item that is gone from the cluster', want, heldBut((h) => void container(h).env.pop())],
    ['another order of our list items', want, heldBut((h) => void container(h).env.reverse())],
    [
      'an atomic map that differs',
      want,
      heldBut((h) => void Object.assign(h.spec.selector.matchLabels, { tier: 'x' })),
    ],
    ['a label that is gone', want, heldBut((h) => void Object.assign(h.metadata, { labels: {} }))],
    ['an object we never applied', want, heldBut((h) => void Object.assign(h.metadata, { managedFields: [] }))],
    ['an entry of another version', { ...want, apiVersion: 'apps/v2' }, held()],
    [
      'an object only updated under our name',
      want,
      heldBut(
        (h) =>
          void Object.assign(h.metadata, {
            managedFields: [{ manager: 'tidegate', operation: 'Update', apiVersion: 'apps/v1', fieldsV1: fields }],
          }),
      ),
    ],
  ])('is in doubt about %s', (_, manifest, object) => {
    expect(isExactlyApplied(manifest, object)).toBe(false);
  });
});
