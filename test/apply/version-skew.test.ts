import { describe, expect, it } from 'vitest';
import { compareObject } from '../../shared/apply/compare-object.ts';
import type { ManagedFieldsEntry } from '../../shared/apply/live-object.ts';
import { planVersionRepair } from '../../shared/apply/version-skew.ts';
import { live, widget } from './manifests.ts';

const entry = (manager: string, apiVersion: string, more: object = {}): ManagedFieldsEntry => ({
  manager,
  operation: 'Apply',
  apiVersion,
  fieldsV1: { 'f:spec': { 'f:size': {} } },
  ...more,
});

describe('planVersionRepair', () => {
  it('makes every entry of the group speak of the version that is applied, subresources too', () => {
    const before = [
      entry('tidegate', 'example.com/v1beta1'),
      entry('controller', 'example.com/v1alpha1', { subresource: 'status' }),
      entry('other', 'example.com/v1'),
    ];
    const object = live('example.com/v1', 'Widget', { metadata: { managedFields: before } });
    expect(planVersionRepair(object, 'example.com/v1')).toEqual(
      before.map((each) => ({ ...each, apiVersion: 'example.com/v1' })),
    );
  });
  it('has nothing to do where they do', () => {
    const object = live('example.com/v1', 'Widget', { metadata: { managedFields: [entry('a', 'example.com/v1')] } });
    expect(planVersionRepair(object, 'example.com/v1')).toBeUndefined();
  });
});

it('an apply that fails on fields of an old version is planned as a repair and what the manifest states otherwise', async () => {
  const message = 'failed to create manager for existing fields: .spec.colour: field not declared in schema';
  const manifest = { ...widget('it', 2), metadata: { name: 'it', namespace: 'shop' } };
  const object = live('example.com/v1', 'Widget', {
    metadata: { managedFields: [entry('tidegate', 'example.com/v1beta1')] },
    spec: { size: 1 },
  });
  const compared = await compareObject(
    {
      id: 'example.com/Widget/shop/it',
      service: 'web',
      serviceOrder: 0,
      source: 'it.yaml:1',
      manifest,
      served: { group: 'example.com', version: 'v1', kind: 'Widget', plural: 'widgets', namespaced: true },
      isServed: true,
    },
    object,
    {
      cluster: {
        target: 'it',
        request: async () => new Response(JSON.stringify({ kind: 'Status', code: 500, message }), { status: 500 }),
      },
      signal: new AbortController().signal,
      ours: new Set(),
      tryCreates: true,
    },
  );
  expect(compared).toMatchObject({ action: 'change', force: false, repair: [entry('tidegate', 'example.com/v1')] });
  expect('fields' in compared && compared.fields.map(({ path }) => path)).toEqual([
    '/spec/size',
    '/metadata/managedFields',
  ]);
});
