import { expect, test } from 'vitest';
import { readHolds } from '../../shared/ledger/holds.ts';
import { endRollout, openRollout } from '../../shared/ledger/rollouts.ts';
import { freezeSource } from '../../shared/release/freeze-source.ts';
import type { End } from '../../shared/rollout/outcome.ts';
import { ledgerAndClock } from '../approval/waiting-machines.ts';

test('a source whose releases were refused is frozen however many rollouts of private targets have come between', async () => {
  const outside = ledgerAndClock();
  const { ledger, clock, move } = outside;
  const run = async (rollout: string, outcome: End, only?: string) => {
    move(1000);
    const row = { rollout, repository: 'o/r', commit: 'c', startedAt: clock.now(), startedBy: 'x' };
    const opened = { ...row, authors: ['renovate[bot]'], ...(only === undefined ? {} : { only }) };
    await openRollout(ledger, opened);
    await endRollout(ledger, rollout, { outcome, because: 'so it was', at: clock.now() });
    return opened;
  };
  await run('one', 'refused');
  await run('two', 'refused');
  await run('good', 'succeeded');
  for (let number = 1; number <= 30; number += 1) await run(`f-${number}`, 'succeeded', `customer-${number}`);
  const last = await run('three', 'refused');
  await freezeSource(last, outside);
  expect(await readHolds(ledger)).toMatchObject([
    { scope: 'source', name: 'o/r', because: '3 of the last 4 releases that machines made were refused' },
  ]);
});
