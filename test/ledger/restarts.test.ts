import { describe, expect, test } from 'vitest';
import {
  addRestart,
  changeWaitingEffects,
  readRestarts,
  readWaitingEffects,
  type StoredRestart,
  settleRestarts,
} from '../../shared/ledger/restarts.ts';
import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';
import type { WaitingEffect } from '../../shared/rollout/restarts.ts';

const clock = { now: () => 0, sleep: async () => undefined, after: () => () => undefined };
const minute = 60_000;
const restart = (name: string, begunAt: number, by = 'd-1', pods = 1): StoredRestart => ({
  workload: `apps/Deployment/shop/${name}`,
  pods,
  begunAt,
  by,
});

describe('the restarts of a target', () => {
  test('are those that were begun, with when they settled; the first time counts', async () => {
    const ledger = openSqliteLedger(':memory:', clock);
    await addRestart(ledger, 't', restart('a', 0));
    await addRestart(ledger, 't', restart('b', 1000));
    await settleRestarts(ledger, 't', 'd-1', 5000, 'apps/Deployment/shop/a');
    await settleRestarts(ledger, 't', 'd-1', 9000);
    expect(await readRestarts(ledger, 't', 'd-1', 9000)).toEqual([
      { ...restart('a', 0), settledAt: 5000 },
      { ...restart('b', 1000), settledAt: 9000 },
    ]);
    expect(await readRestarts(ledger, 'another', 'd-1', 9000)).toEqual([]);
  });

  test('keep the last of each workload of a deployment, and of all else what is of the last minute', async () => {
    const ledger = openSqliteLedger(':memory:', clock);
    await addRestart(ledger, 't', restart('old', 0, 'd-0'));
    await settleRestarts(ledger, 't', 'd-0', 1000);
    await addRestart(ledger, 't', restart('a', 2000));
    await addRestart(ledger, 't', restart('b', 2000));
    await settleRestarts(ledger, 't', 'd-1', 3000);
    await addRestart(ledger, 't', restart('b', 3 * minute));
    const kept = await readRestarts(ledger, 't', 'd-1', 3 * minute);
    expect(kept.map(({ workload, begunAt }) => [workload.split('/').at(-1), begunAt])).toEqual([
      ['a', 2000],
      ['b', 3 * minute],
    ]);
  });

  test('that a deployment before left open are closed by who comes next', async () => {
    const ledger = openSqliteLedger(':memory:', clock);
    await addRestart(ledger, 't', restart('a', 0, 'd-0'));
    expect(await readRestarts(ledger, 't', 'd-1', 7000)).toEqual([{ ...restart('a', 0, 'd-0'), settledAt: 7000 }]);
    expect(await readRestarts(ledger, 't', 'd-1', 8000)).toEqual([{ ...restart('a', 0, 'd-0'), settledAt: 7000 }]);
  });
});

test('what waits for a restart is kept until it is changed', async () => {
  const ledger = openSqliteLedger(':memory:', clock);
  const effect = { workload: 'apps/Deployment/shop/a', how: 'paused', paths: ['/spec/template'] } as const;
  const waiting: WaitingEffect = { effect, rollout: 'r', commit: 'c', at: 1 };
  expect(await readWaitingEffects(ledger, 't')).toEqual([]);
  await changeWaitingEffects(ledger, 't', () => [waiting]);
  await changeWaitingEffects(ledger, 't', (before) => before);
  expect(await readWaitingEffects(ledger, 't')).toEqual([waiting]);
});
