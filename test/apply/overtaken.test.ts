import { expect, test } from 'vitest';
import type { ComparedObject } from '../../shared/apply/compare-object.ts';
import type { ManagedFieldsEntry } from '../../shared/apply/live-object.ts';
import { isOvertaken } from '../../shared/apply/overtaken.ts';
import type { FieldChange } from '../../shared/rollout/plan.ts';
import { configMap, live } from './manifests.ts';

const set = 'applyset-ours-v1';
const field = (path: string, before: string, after: string): FieldChange => ({
  path,
  ...{ replaces: before, replacesHash: `sha256:${before}`, with: after, withHash: `sha256:${after}` },
});
const planned = [field('/data/key', 'old', 'new')];

interface Found {
  readonly action?: ComparedObject['action'];
  readonly fields?: readonly FieldChange[];
  readonly partOf?: string;
  readonly managed?: readonly ManagedFieldsEntry[];
  readonly isGone?: true;
}

const applied: ManagedFieldsEntry = { manager: 'tidegate', operation: 'Apply', apiVersion: 'v1' };

/** A ConfigMap as it is compared, `change` of one key unless something else is given. */
const compared = ({ action = 'change', fields = planned, partOf = set, managed = [applied], isGone }: Found) => {
  const labels = partOf === '' ? {} : { 'applyset.kubernetes.io/part-of': partOf };
  const object: ComparedObject = {
    ...{
      id: '/ConfigMap/shop/it',
      service: 'web',
      source: 'web.yaml:1',
      manifest: configMap('it'),
      isServed: true,
      serviceOrder: 0,
    },
    served: { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true },
    ...{ action, fields, force: false },
    ...(isGone ? {} : { live: live('v1', 'ConfigMap', { metadata: { labels, managedFields: managed } }) }),
  };
  return object;
};

test.each<[string, Found, boolean]>([
  ['the value was changed to another one by a Tidegate', { fields: [field('/data/key', 'theirs', 'new')] }, true],
  ['another field differs as well by now', { fields: [...planned, field('/data/more', 'theirs', '')] }, true],
  ['fewer fields differ: one of ours was brought by the other, and one was not', { fields: [] }, true],
  [
    'the other made an object that was not there before',
    { action: 'change', fields: [field('/data/key', 'a', 'new')] },
    true,
  ],
  ['the other applied just the same, and nothing is left to do', { action: 'unchanged', fields: [] }, false],
  ['it moved, and what is to be changed is what it was: a status, a label of others', {}, false],
  ['it is a member of another set, which is refused elsewhere', { partOf: 'applyset-theirs-v1', fields: [] }, false],
  ['it is a member of no set', { partOf: '', fields: [] }, false],
  ['it is gone', { action: 'create', fields: [], isGone: true }, false],
  [
    'only others wrote to it: a person with kubectl',
    { managed: [{ ...applied, manager: 'kubectl' }], fields: [] },
    false,
  ],
  ['ours is an update, as of a status', { managed: [{ ...applied, operation: 'Update' }], fields: [] }, false],
  ['ours is of a subresource', { managed: [{ ...applied, subresource: 'scale' }], fields: [] }, false],
  [
    'ours stands beside another manager',
    { managed: [{ manager: 'hpa', operation: 'Update' }, applied], fields: [] },
    true,
  ],
  ['nobody is known to own anything', { managed: [], fields: [] }, false],
])('%s: overtaken is %3$s', (_, found, expected) => {
  expect(isOvertaken(compared({}), compared(found), new Set([set]))).toBe(expected);
});
