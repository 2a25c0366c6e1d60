import { assessProbeBurn } from '../../shared/analysis/measure-burn.ts';
import { readSlotCounts } from '../../shared/availability/slot.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import type { MetricGate } from '../../shared/rollout/gate.ts';
import type { Target } from '../../shared/rollout/target.ts';
import type { Judgement } from '../../shared/rollout/verdict.ts';

/** Judges whether the objective of a gate burns by its scheduled probes, as the regions kept them in the ledger. Reads only. */
export const measureProbeBurn = async (
  name: string,
  gate: MetricGate,
  probe: string,
  { name: target }: Target,
  { ledger, clock }: Pick<Outside, 'ledger' | 'clock'>,
): Promise<Judgement> => {
  const now = clock.now();
  return assessProbeBurn(name, gate, probe, target, await readSlotCounts(ledger, target, probe, now), now);
};
