import { expect, test } from 'vitest';
import { putJson } from '../../shared/blobs/json.ts';
import { closeRollout, endRollout, notePrepared, openRollout } from '../../shared/ledger/rollouts.ts';
import { advanceWave, readStop } from '../../shared/ledger/waves.ts';
import type { Judgement } from '../../shared/rollout/verdict.ts';
import { stopRunningWaves } from '../../shared/wave/stop-running-waves.ts';
import { takeTurn } from '../../shared/wave/take-turn.ts';
import { ledgerAndClock, waitingMachines } from '../approval/waiting-machines.ts';
import { exampleRelease } from '../console/example-release.ts';
import { memoryBlobs } from '../console/fleet-story.ts';

const against: Judgement = {
  gate: 'alert Slow',
  kind: 'alerts',
  verdict: 'fail',
  because: 'it fires',
  source: 'alerts from outside',
  window: { from: 1, to: 2 },
};

test('a wave under way is stopped however many rollouts of private targets have come and gone since it began', async () => {
  const outside = { ...ledgerAndClock(), blobs: memoryBlobs() };
  const { ledger, clock, move } = outside;
  const content = exampleRelease('1');
  const release = await putJson(outside.blobs, content);
  const [wave] = content.waves;
  if (wave === undefined) throw new Error('the example has waves');
  const start = async (rollout: string, only?: string) => {
    move(1000);
    const row = { repository: 'o/r', commit: 'c', startedAt: clock.now(), startedBy: 'x', authors: [] };
    const opened = { rollout, ...row, ...(only === undefined ? {} : { only }) };
    await openRollout(ledger, opened);
    await notePrepared(ledger, rollout, release, [only ?? wave.name]);
    return opened;
  };
  await start('v2');
  const ref = { rollout: 'v2', release, wave: wave.name, direction: 'forward' } as const;
  await takeTurn(ref, wave, 'token', waitingMachines().steps, outside);
  await advanceWave(ledger, ref, { deployingAt: clock.now() });
  for (let number = 1; number <= 60; number += 1) {
    const following = await start(`f-${number}`, `customer-${number}`);
    await endRollout(ledger, following.rollout, { outcome: 'succeeded', because: 'all', at: clock.now() });
    await closeRollout(ledger, following);
  }
  expect(await stopRunningWaves(async () => against, outside)).toEqual([wave.name]);
  expect(await readStop(ledger, ref)).toMatchObject({ because: expect.stringContaining('it fires') });
});
