import type { WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import type { Release } from '../rollout/release.ts';
import type { Target } from '../rollout/target.ts';
import type { Wave } from '../rollout/wave.ts';
import { type Beside, beside } from './beside.ts';
import { alertGates, type GateTools } from './gate-tools.ts';
import { isOfOneTarget, judgeAlerts } from './measure-stores.ts';
import { stopFor } from './stop-for.ts';

/**
 * The watch over a wave's alert gates; `undefined` where it has none. The first alert that fires on one of the targets sets the wave's
 * stop flag. What can not be read stops nothing here: the exit gates judge it. Nothing of it outlives the invocation but the stop flag.
 */
export const watchAlerts = (
  ref: WaveRef,
  release: Release,
  wave: Wave,
  tools: Pick<GateTools, 'measureAlerts'>,
  outside: Pick<Outside, 'ledger' | 'clock'>,
  signal: AbortSignal,
): Beside<readonly Target[]> | undefined => {
  const gates = Object.entries(alertGates(release, wave)).filter(([name]) => release.gates[name]?.effect !== 'report');
  if (gates.length === 0) return undefined;
  const dueAt = new Map<string, number>();
  let isStopped = false;
  return beside(async (targets, until) => {
    for (const [name, gate] of gates) {
      if (isStopped || (dueAt.get(name) ?? 0) > outside.clock.now()) continue;
      dueAt.set(name, outside.clock.now() + gate.intervalMs);
      for (const target of isOfOneTarget(gate) ? targets : [undefined]) {
        const judgement = await judgeAlerts(name, gate, target, release, tools, until);
        if (judgement.verdict !== 'fail') continue;
        await stopFor(ref, judgement, outside);
        isStopped = true;
        break;
      }
    }
  }, signal);
};
