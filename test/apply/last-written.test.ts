import { expect, test } from 'vitest';
import { lastWritten } from '../../shared/apply/last-written.ts';
import type { ManagedFieldsEntry } from '../../shared/apply/live-object.ts';
import { lastWrittenSuite } from './last-written.suite.ts';
import { describeOnSimulatedServer } from './server.ts';

const entry = (manager: string, time: string, more: Partial<ManagedFieldsEntry> = {}): ManagedFieldsEntry => ({
  ...{ manager, operation: 'Update', time, apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: {} },
  ...more,
});
const ours = entry('tidegate', '2026-03-01T05:00:00Z', { operation: 'Apply' });

describeOnSimulatedServer('who wrote an object last', lastWrittenSuite);

test.each<[string, readonly ManagedFieldsEntry[] | undefined, unknown]>([
  [
    'the newest of several',
    [entry('helm', '2026-03-01T01:00:00Z'), entry('kubectl-edit', '2026-03-01T03:12:00Z'), ours],
    { manager: 'kubectl-edit', operation: 'Update', at: Date.UTC(2026, 2, 1, 3, 12) },
  ],
  [
    'whoever applied it, too',
    [entry('argocd', '2026-03-01T01:00:00Z', { operation: 'Apply' })],
    { manager: 'argocd', operation: 'Apply', at: Date.UTC(2026, 2, 1, 1) },
  ],
  [
    'nobody where only Tidegate did',
    [ours, ...['handover', 'fence'].map((name) => entry(`tidegate-${name}`, '2026-03-01T05:00:00Z'))],
    undefined,
  ],
  [
    'nobody where a controller wrote how it stands',
    [entry('kube-controller-manager', '2026-03-01T05:00:00Z', { subresource: 'status' })],
    undefined,
  ],
  ['nobody where it does not tell when', [{ ...entry('a', ''), time: 'soon' }], undefined],
  ['nobody where there is no entry', [], undefined],
  ['nobody where the server keeps none', undefined, undefined],
])('%s', (_, managedFields, expected) => {
  const metadata = { name: 'web', uid: 'u', resourceVersion: '1', ...(managedFields && { managedFields }) };
  expect(lastWritten({ apiVersion: 'v1', kind: 'ConfigMap', metadata })).toEqual(expected);
});
