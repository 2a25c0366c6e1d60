import { describe, expect, it } from 'vitest';
import { isClientSide, planMigration, predictMigrated } from '../../shared/apply/client-side.ts';
import type { ManagedFieldsEntry } from '../../shared/apply/live-object.ts';
import { live } from './manifests.ts';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';
const entry = (
  manager: string,
  operation: 'Apply' | 'Update',
  fieldsV1: ManagedFieldsEntry['fieldsV1'] = {},
  more: Partial<ManagedFieldsEntry> = {},
): ManagedFieldsEntry => ({
  manager,
  operation,
  apiVersion: 'v1',
  fieldsType: 'FieldsV1',
  fieldsV1,
  ...more,
});
const held = (...managedFields: readonly ManagedFieldsEntry[]) =>
  live('v1', 'ConfigMap', { metadata: { managedFields } });

describe('planMigration', () => {
  it.each([
    ['no entries', held()],
    ['only our own', held(entry('tidegate', 'Apply'))],
    ['a controller', held(entry('kube-controller-manager', 'Update', { 'f:data': {} }))],
    ['kubectl apply --server-side', held(entry('kubectl', 'Apply', { 'f:data': {} }))],
    ['the scale subresource', held(entry('kubectl-create', 'Update', { 'f:spec': {} }, { subresource: 'scale' }))],
  ])('has nothing to do for %s', (_, object) => {
    expect(planMigration(object)).toBeUndefined();
  });

  it('turns a client-side entry into our own', () => {
    const fields = { 'f:data': { '.': {}, 'f:a': {} } };
    expect(planMigration(held(entry('kubectl-client-side-apply', 'Update', fields)))).toEqual([
      entry('tidegate', 'Apply', fields),
    ]);
  });

  it('knows a client-side entry of any name by its annotation, and keeps all others', () => {
    const other = entry('vpa', 'Update', { 'f:data': { 'f:b': {} } });
    const named = entry('someone', 'Update', { 'f:metadata': { 'f:annotations': { [`f:${lastApplied}`]: {} } } });
    expect(planMigration(held(other, named))).toEqual([{ ...named, manager: 'tidegate', operation: 'Apply' }, other]);
  });

  it('adds its fields to the entry we have', () => {
    const own = entry('tidegate', 'Apply', { 'f:data': { 'f:a': {} } });
    const old = entry('kubectl-client-side-apply', 'Update', { 'f:data': { '.': {}, 'f:b': {} } });
    expect(planMigration(held(old, own))).toEqual([
      entry('tidegate', 'Apply', { 'f:data': { '.': {}, 'f:a': {}, 'f:b': {} } }),
    ]);
  });

  it('drops what a client-side entry of another version owned: its fields are in another schema', () => {
    const first = entry('kubectl-client-side-apply', 'Update', { 'f:data': { 'f:a': {} } });
    const older = entry('kubectl-create', 'Update', { 'f:old': {} }, { apiVersion: 'v1beta1' });
    expect(planMigration(held(first, older))).toEqual([entry('tidegate', 'Apply', { 'f:data': { 'f:a': {} } })]);
  });
});

describe('predictMigrated', () => {
  it('takes away what only the client-side manager owned, list items with all they hold', () => {
    const object = live('v1', 'Pod', {
      metadata: {
        annotations: { [lastApplied]: '{}' },
        managedFields: [
          entry('tidegate', 'Apply', {
            'f:spec': { 'f:containers': { 'k:{"name":"a"}': { '.': {}, 'f:image': {} } } },
          }),
          entry('kubectl-client-side-apply', 'Update', {
            'f:metadata': { 'f:annotations': { '.': {}, [`f:${lastApplied}`]: {} } },
            'f:spec': {
              'f:priority': {},
              'f:containers': {
                'k:{"name":"a"}': { '.': {}, 'f:tty': {} },
                'k:{"name":"b"}': { '.': {}, 'f:image': {} },
              },
            },
          }),
        ],
      },
      spec: {
        priority: 3,
        dnsPolicy: 'Default',
        containers: [
          { name: 'a', image: '1', tty: true },
          { name: 'b', image: '2' },
        ],
      },
    });
    const predicted = predictMigrated(object);
    expect({
      spec: predicted.spec,
      annotations: (predicted.metadata as { annotations?: unknown }).annotations,
    }).toEqual({
      spec: { dnsPolicy: 'Default', containers: [{ name: 'a', image: '1' }] },
      annotations: undefined,
    });
  });
});

it('only hands at a keyboard are taken over from', () => {
  const managers = [
    'kubectl-client-side-apply',
    'kubectl-edit',
    'before-first-apply',
    'helm',
    'argocd-controller',
    'kube-controller-manager',
  ];
  expect(managers.filter(isClientSide)).toEqual(['kubectl-client-side-apply', 'kubectl-edit', 'before-first-apply']);
});
