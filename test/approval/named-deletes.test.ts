import { expect, test } from 'vitest';
import { decideApproval } from '../../shared/approval/decide-approval.ts';
import { readUnnamed } from '../../shared/approval/named-deletes.ts';
import { requestApproval } from '../../shared/approval/request-approval.ts';
import { putJson } from '../../shared/blobs/json.ts';
import type { WaveRef } from '../../shared/ledger/waves.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import type { NamedDelete } from '../../shared/rollout/plan.ts';
import { memoryBlobs } from '../console/fleet-story.ts';
import { ledgerAndClock, waitingMachines } from './waiting-machines.ts';

const plan = digestOf('plan');
const ref: WaveRef = { rollout: 'ro-1', release: digestOf('release'), wave: 'external', direction: 'forward' };
const [a, b] = ['/ConfigMap/shop/a', '/ConfigMap/shop/b'] as const;
const eva = { name: 'eva', kind: 'person', roles: ['sre'] } as const;

const asking = async (named: readonly NamedDelete[] | undefined) => {
  const outside = { ...ledgerAndClock(), blobs: memoryBlobs() };
  const { steps } = waitingMachines();
  const spec = { roles: ['sre'], people: 1, expiresMs: 1000 };
  const list = named && { count: named.length, objects: await putJson(outside.blobs, named) };
  const ask = list === undefined ? spec : { ...spec, deletes: { ...list, roles: ['sre'], people: 1 } };
  const { approval } = await requestApproval(ref, plan, ask, {}, 'token', { steps, noticeOf: async () => [] }, outside);
  return {
    decide: (vote: 'approve' | 'reject') =>
      decideApproval(approval, { plan, vote, comment: 'x', deletes: list?.count }, eva, steps, outside),
    unnamed: (target: string, of = plan) => readUnnamed({ ...ref, plan: of, target }, [a, b], outside),
  };
};
const both = [
  { target: 'one', object: a },
  { target: 'one', object: b },
  { target: 'two', object: b },
];

test('an approval that names deletes lifts those of its list, on their targets, under its plan', async () => {
  const { decide, unnamed } = await asking(both);
  expect(await unnamed('one')).toEqual([a, b]);
  await decide('approve');
  expect([await unnamed('one'), await unnamed('two'), await unnamed('three')]).toEqual([[], [a], [a, b]]);
  expect(await unnamed('one', digestOf('another plan'))).toEqual([a, b]);
});

test.each([
  ['was asked for without deletes', undefined, 'approve'],
  ['was rejected', both, 'reject'],
] as const)('an approval that %s lifts none', async (_, named, vote) => {
  const { decide, unnamed } = await asking(named);
  await decide(vote);
  expect(await unnamed('one')).toEqual([a, b]);
});

test('nothing to name is nothing to read', async () => {
  const outside = { ...ledgerAndClock(), blobs: memoryBlobs() };
  expect(await readUnnamed({ ...ref, plan, target: 'one' }, [], outside)).toEqual([]);
});
