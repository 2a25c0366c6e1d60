import { recordEvent } from '../ledger/events.ts';
import { stopWave, type WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import { gateSentence } from '../rollout/next-soak.ts';
import type { Judgement } from '../rollout/verdict.ts';

/** Sets a wave's stop flag for what a gate found, and writes it into the history. The first stop counts; again is no harm. */
export const stopFor = async (
  ref: WaveRef,
  judgement: Judgement,
  { ledger, clock }: Pick<Outside, 'ledger' | 'clock'>,
): Promise<void> => {
  const because = gateSentence(judgement);
  const where = judgement.target === undefined ? {} : { target: judgement.target };
  const { gate, kind, source } = judgement;
  const judged = { gate, kind, ...(source === undefined ? {} : { source }) };
  await stopWave(ledger, ref, { because, at: clock.now(), ...where, judged });
  await recordEvent(ledger, ref.rollout, `stop ${ref.wave}`, {
    at: clock.now(),
    kind: 'stop',
    wave: ref.wave,
    ...where,
    text: `stops ${ref.wave}: ${because}`,
    details: judgement,
  });
};
