import { recordEvent } from '../ledger/events.ts';
import { noteReported, type WouldHave } from '../ledger/reported-gates.ts';
import type { Moment, WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import { gateSentence } from '../rollout/next-soak.ts';
import { type Judgement, worstVerdict } from '../rollout/verdict.ts';

/** Writes one event per gate and verdict into the rollout's history: a gate that says the same again is not repeated. */
export const recordVerdicts = async (
  ref: WaveRef,
  moment: Moment,
  judgements: readonly Judgement[],
  { ledger, clock }: Pick<Outside, 'ledger' | 'clock'>,
): Promise<void> => {
  for (const gate of new Set(judgements.map((judgement) => judgement.gate))) {
    const all = judgements.filter((judgement) => judgement.gate === gate);
    const asked = all.filter(({ isUnasked }) => !isUnasked);
    const ofGate = asked.length === 0 ? all : asked;
    const verdict = worstVerdict(ofGate.map((judgement) => judgement.verdict));
    const worst = ofGate.find((judgement) => judgement.verdict === verdict);
    if (worst === undefined) continue;
    const text =
      verdict === 'pass' && ofGate.length > 1
        ? `gate ${gate} PASS on ${ofGate.length} targets; last of them: ${ofGate.at(-1)?.because}`
        : gateSentence(worst);
    const reported =
      worst.effect === 'report' && !worst.isUnasked && moment !== 'before'
        ? wouldHaveStopped(await noteReported(ledger, ref, gate, verdict !== 'pass'))
        : '';
    await recordEvent(ledger, ref.rollout, `verdict ${ref.wave} ${ref.direction} ${moment} ${gate} ${verdict}`, {
      at: clock.now(),
      kind: 'verdict',
      wave: ref.wave,
      ...(worst.target === undefined ? {} : { target: worst.target }),
      text: `${moment} ${ref.wave}: ${text}${reported}`,
      details: worst,
    });
  }
};

const wouldHaveStopped = ({ stopped, of }: WouldHave): string =>
  `; only reported: would have stopped ${stopped} of the last ${of === 1 ? 'wave' : `${of} waves`}`;
