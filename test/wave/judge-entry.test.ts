import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { folderBlobs } from '../../shared/blobs/folder.ts';
import { putJson } from '../../shared/blobs/json.ts';
import { openRollout } from '../../shared/ledger/rollouts.ts';
import { markVerified } from '../../shared/ledger/target-state.ts';
import type { WaveRef } from '../../shared/ledger/waves.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import type { Release } from '../../shared/rollout/release.ts';
import type { Wave } from '../../shared/rollout/wave.ts';
import type { TestOrder } from '../../shared/test-gates/look-at-test.ts';
import { judgeEntry } from '../../shared/wave/judge-entry.ts';
import { targetNamed } from '../analysis/asking.ts';
import { ledgerAndClock } from '../approval/waiting-machines.ts';

const dir = mkdtempSync(join(tmpdir(), 'tidegate-entry-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const wave: Wave = {
  ...{ name: 'w', targets: ['t'], batches: ['100%'], maxConcurrent: 1, maxFailures: 0, soakMs: 1, gates: ['e2e'] },
  ...{ whenTaken: 'queue', settleWithinMs: 1, inconclusiveWithinMs: 60_000 },
};
const callback = { callback: 'https://e2e.test', secret: 's', allow: [] };
const release: Release = {
  ...{ waves: [wave], metrics: {}, services: {}, settled: [], roles: {}, deletes: { max: 5, protect: [] } },
  targets: { t: { ...targetNamed('t'), rendered: digestOf('t') } },
  gates: { e2e: { kind: 'test', test: callback, withinMs: 60_000, moments: ['before'] } },
};

/** Enters a wave, each time a day later, and returns since when each test that was asked for was of. */
const entered = async (rollback: boolean, ...isApproved: readonly boolean[]) => {
  const { ledger, clock, move } = ledgerAndClock();
  const outside = { ledger, clock, blobs: folderBlobs(dir) };
  const ref: WaveRef = { rollout: 'ro', release: digestOf('release'), wave: 'w', direction: 'forward' };
  await openRollout(ledger, {
    ...{ rollout: 'ro', repository: 'o/r', commit: 'c', startedAt: 0, startedBy: 'x', authors: [], rollback },
  });
  const standing = { release: digestOf('r'), rendered: digestOf('d'), commit: 'c', rollout: 'before', at: 0 };
  await markVerified(ledger, 't', standing);
  const plan = await putJson(outside.blobs, { targets: [], unreachable: [] });
  const orders: TestOrder[] = [];
  const unasked = () => Promise.reject(new Error('not asked here'));
  const unknown = () => {
    throw new Error('not asked here');
  };
  const tools = {
    ...{
      probeUntil: unasked,
      measureMetric: unasked,
      measureClusters: unasked,
      compareMetric: unasked,
      measureScore: unasked,
      measureProbed: unasked,
    },
    ...{ measureBudget: unasked, measureAlerts: unasked },
    ...{ assessProbe: unknown, joinTallies: unknown, assessPooled: unknown },
    lookAtTest: async (order: TestOrder) => {
      orders.push(order);
      return { gate: order.gate, kind: 'test', verdict: 'pass', because: 'it passed' } as const;
    },
  };
  const began = clock.now();
  for (const approved of isApproved) {
    const entry = { plan, isApproved: approved };
    const invocation = { signal: new AbortController().signal, deadline: clock.now() + 60_000 };
    expect(await judgeEntry(ref, release, wave, entry, tools, outside, invocation)).toMatchObject({ status: 'pass' });
    move(86_400_000);
  }
  return orders.map(({ moment, enteredAt = 0 }) => [moment, (enteredAt - began) / 86_400_000]);
};

test('a test is of one entry however often that is judged, and after an approval it is another', async () => {
  expect(await entered(false, false, false, true, true)).toEqual([
    ['before', 0],
    ['before', 0],
    ['before', 2],
    ['before', 2],
  ]);
});

test('of a rollback nothing is asked before it is entered', async () => {
  expect(await entered(true, false)).toEqual([]);
});
