import { eventWrites, recordEvent } from '../ledger/events.ts';
import { giveUpLeft } from '../ledger/left.ts';
import { readRollout } from '../ledger/rollouts.ts';
import { writeMissing } from '../ledger/update.ts';
import { readStop, readWave, stopWave, stopWrite, type WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import { goesBack } from '../rollout/outcome.ts';

/** What came of asking that a rollout ends. */
export type AbortResult =
  | { readonly status: 'aborting'; readonly because: string }
  | {
      readonly status: 'refused';
      readonly code: 'UNKNOWN_ROLLOUT' | 'HAS_ENDED' | 'NOT_PREPARED' | 'GOES_BACK' | 'IS_HELD';
      readonly because: string;
    };

/** Waves that are stopped in one transaction with the event that says so, of 100 changes at most; the last of more follow it. */
const mostStops = 90;

/**
 * Stops every wave of a rollout, those to come too: nothing more of it is written, and what it changed goes back as after a failed gate, or with
 * `keeps` stays as it is. Its end comes when the step that runs has seen it. The first stop of a wave counts, so what goes back already can not be
 * held any more, and what is held can not be aborted: either is refused. One that has gone back, and waits for targets that it could not reach, gives them
 * up. Twice is as once.
 */
export const abortRollout = async (
  rollout: string,
  { by, because: why, keeps }: { readonly by: string; readonly because: string; readonly keeps: boolean },
  { ledger, clock }: Pick<Outside, 'ledger' | 'clock'>,
): Promise<AbortResult> => {
  const row = await readRollout(ledger, rollout);
  if (row === undefined) return refuse('UNKNOWN_ROLLOUT', `there is no rollout ${rollout}`);
  if (row.end !== undefined) return refuse('HAS_ENDED', `rollout ${rollout} has ended: ${row.end.outcome}`);
  const { release, waves = [] } = row;
  if (!keeps && (await giveUpLeft(ledger, rollout, `given up by ${by}: ${why}`))) {
    const because = `given up by ${by}, with targets that are not back: ${why}`;
    const did = { by, action: 'abort' };
    await recordEvent(ledger, rollout, 'given up', { at: clock.now(), kind: 'stop', text: because, did });
    return { status: 'aborting', because };
  }
  if (release === undefined) {
    return refuse(
      'NOT_PREPARED',
      `rollout ${rollout} is still being prepared and touches nothing; try again in a minute`,
    );
  }
  const refs = waves.map((wave): WaveRef => ({ rollout, release, wave, direction: 'forward' }));
  for (const ref of refs) {
    const against = await whyNot(ref, keeps, ledger);
    if (against !== undefined) return against;
  }
  const because = `${keeps ? 'held' : 'aborted'} by ${by}: ${why}`;
  const at = clock.now();
  const stop = { because, at, ...(keeps ? { keeps } : {}) };
  const did = { by, action: keeps ? 'hold' : 'abort' };
  const told = eventWrites(rollout, 'abort', { at, kind: 'stop', text: because, did });
  await writeMissing(ledger, [told, ...refs.slice(0, mostStops).map((ref) => [stopWrite(ref, stop)] as const)]);
  for (const ref of refs.slice(mostStops)) await stopWave(ledger, ref, stop);
  return { status: 'aborting', because };
};

/** Why a wave can not be stopped so any more: another stop, or its end, has decided what becomes of it. */
const whyNot = async (ref: WaveRef, keeps: boolean, ledger: Outside['ledger']): Promise<AbortResult | undefined> => {
  const stop = await readStop(ledger, ref);
  if (!keeps) {
    if (stop?.keeps !== true) return undefined;
    return refuse(
      'IS_HELD',
      `rollout ${ref.rollout} ends where it is: ${stop.because}; roll it back when it has ended`,
    );
  }
  const { outcome = '', because = '' } = await readWave(ledger, ref);
  const failed = goesBack(outcome) ? because : undefined;
  const reason = stop !== undefined && stop.keeps !== true ? stop.because : failed;
  if (reason === undefined) return undefined;
  return refuse('GOES_BACK', `rollout ${ref.rollout} goes back already, from wave ${ref.wave}: ${reason}`);
};

const refuse = (code: Extract<AbortResult, { status: 'refused' }>['code'], because: string): AbortResult => ({
  status: 'refused',
  code,
  because,
});
