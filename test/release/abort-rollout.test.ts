import { expect, test } from 'vitest';
import { readEvents } from '../../shared/ledger/events.ts';
import { notePrepared, openRollout } from '../../shared/ledger/rollouts.ts';
import { advanceWave, readStop, stopWave, type WaveRef } from '../../shared/ledger/waves.ts';
import { abortRollout } from '../../shared/release/abort-rollout.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import { ledgerAndClock } from '../approval/waiting-machines.ts';

const gate = { because: 'FAIL gate up', at: 0 };
const held = { because: 'held by bo: y', at: 0, keeps: true } as const;
const goesBack = 'rollout ro goes back already, from wave one: FAIL gate up';

test.each([
  { asked: 'hold', stop: undefined, outcome: undefined, refused: undefined },
  { asked: 'hold', stop: undefined, outcome: 'passed', refused: undefined },
  { asked: 'hold', stop: held, outcome: undefined, refused: undefined },
  { asked: 'hold', stop: gate, outcome: undefined, refused: ['GOES_BACK', goesBack] },
  { asked: 'hold', stop: undefined, outcome: 'failed', refused: ['GOES_BACK', goesBack] },
  { asked: 'abort', stop: gate, outcome: undefined, refused: undefined },
  {
    asked: 'abort',
    stop: held,
    outcome: undefined,
    refused: ['IS_HELD', 'rollout ro ends where it is: held by bo: y; roll it back when it has ended'],
  },
] as const)(
  '$asked of a rollout whose wave has the stop $stop.because and the outcome $outcome is refused: $refused.0',
  async (each) => {
    const outside = ledgerAndClock();
    const { ledger } = outside;
    const release = digestOf('release');
    await openRollout(ledger, {
      ...{ rollout: 'ro', repository: 'o/r', commit: 'c', startedAt: 0, startedBy: 'x', authors: [] },
    });
    await notePrepared(ledger, 'ro', release, ['one', 'two']);
    const [one, two] = ['one', 'two'].map(
      (wave): WaveRef => ({ rollout: 'ro', release, wave, direction: 'forward' }),
    ) as [WaveRef, WaveRef];
    if (each.stop !== undefined) await stopWave(ledger, one, each.stop);
    if (each.outcome !== undefined) await advanceWave(ledger, one, { outcome: each.outcome, because: gate.because });
    const keeps = each.asked === 'hold';
    const result = await abortRollout('ro', { by: 'ana', because: 'x', keeps }, outside);
    const events = (await readEvents(ledger, 'ro')).map(({ event }) => event.text);
    if (each.refused === undefined) {
      const because = `${keeps ? 'held' : 'aborted'} by ana: x`;
      expect(result).toEqual({ status: 'aborting', because });
      expect(events).toEqual([because]);
      expect(await readStop(ledger, two)).toMatchObject({ because, ...(keeps ? { keeps } : {}) });
    } else {
      const [code, because] = each.refused;
      expect(result).toEqual({ status: 'refused', code, because });
      // Nothing is told of it, and what goes on goes on.
      expect(events).toEqual([]);
      expect(await readStop(ledger, two)).toBeUndefined();
    }
  },
);

test('a rollout of more waves than one transaction takes is stopped in all of them', async () => {
  const outside = ledgerAndClock();
  const { ledger } = outside;
  const release = digestOf('release');
  const row = { rollout: 'ro', repository: 'o/r', commit: 'c', startedAt: 0, startedBy: 'x', authors: [] };
  await openRollout(ledger, row);
  const waves = Array.from({ length: 120 }, (_, at) => `wave-${at}`);
  await notePrepared(ledger, 'ro', release, waves);
  await abortRollout('ro', { by: 'ana', because: 'x', keeps: false }, outside);
  const stops = await Promise.all(
    waves.map((wave) => readStop(ledger, { rollout: 'ro', release, wave, direction: 'forward' })),
  );
  expect(stops.map((stop) => stop?.because)).toEqual(waves.map(() => 'aborted by ana: x'));
});
