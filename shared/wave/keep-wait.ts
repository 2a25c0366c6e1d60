import { recordEvent } from '../ledger/events.ts';
import { keepWaiting, readWave, type WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import { secondsToLook, type Wait } from '../rollout/assess-entry.ts';
import { brief, type InProgress } from '../rollout/outcome.ts';

type Stored = Pick<Outside, 'ledger' | 'clock'>;

/** Keeps what a wave waits for, for people to see, and returns when to look again. Each reason is an event once. */
export const keepWait = async (ref: WaveRef, wait: Wait, { ledger, clock }: Stored): Promise<InProgress> => {
  const now = clock.now();
  const because = brief(wait.because);
  const { since } = await keepWaiting(ledger, ref, { ...wait, because, since: now });
  await recordEvent(ledger, ref.rollout, `held ${ref.wave} ${ref.direction} ${because}`, {
    at: now,
    kind: 'held',
    wave: ref.wave,
    text: because,
  });
  return { status: 'in-progress', retryAfterSeconds: secondsToLook(now, since, wait.until), because };
};

/** The wave waits for nothing any more. */
export const endWait = async (ref: WaveRef, { ledger }: Pick<Outside, 'ledger'>): Promise<void> => {
  await keepWaiting(ledger, ref, undefined);
};

/** A wave that has waited for long, and may now go on, waits for its prober first; `undefined` where that does not rest. */
export const waitForProber = async (ref: WaveRef, outside: Stored): Promise<InProgress | undefined> => {
  const { probingRestsUntil: until = 0 } = await readWave(outside.ledger, ref);
  const restsMs = until - outside.clock.now();
  if (restsMs <= 0) return undefined;
  const because = `${ref.wave} goes on when its prober is back, at ${new Date(until).toISOString()}`;
  const waiting = await keepWait(ref, { because, until }, outside);
  return { ...waiting, retryAfterSeconds: Math.ceil(restsMs / 1_000) };
};
