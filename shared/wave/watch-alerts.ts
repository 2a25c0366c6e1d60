import type { WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import type { Release } from '../rollout/release.ts';
import type { Target } from '../rollout/target.ts';
import type { Wave } from '../rollout/wave.ts';
import { alertGates, type GateTools } from './gate-tools.ts';
import { isOfOneTarget, judgeAlerts } from './measure-stores.ts';
import { stopFor } from './stop-for.ts';

/** Looks at the alerts of a wave while it is deployed. */
export interface AlertWatch {
  /**
   * Begins to ask for the alerts whose interval is over, beside whatever the caller does next; a look that still goes on is not begun
   * again. Throws what the look before failed with.
   */
  look(targets: readonly Target[]): void;
  /** Ends a look that still goes on. Rejects with what one failed with. */
  end(): Promise<void>;
}

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
): AlertWatch | undefined => {
  const gates = Object.entries(alertGates(release, wave));
  if (gates.length === 0) return undefined;
  const ending = new AbortController();
  const until = AbortSignal.any([signal, ending.signal]);
  const dueAt = new Map<string, number>();
  let isStopped = false;
  let failed: { readonly error: unknown } | undefined;
  let looking: Promise<void> | undefined;
  const askAll = async (targets: readonly Target[]): Promise<void> => {
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
  };
  const throwFailed = (): void => {
    if (failed !== undefined) throw failed.error;
  };
  return {
    look: (targets) => {
      throwFailed();
      looking ??= askAll(targets)
        .catch((error: unknown) => {
          if (!until.aborted) failed = { error };
        })
        .finally(() => {
          looking = undefined;
        });
    },
    end: async () => {
      ending.abort();
      await looking;
      throwFailed();
    },
  };
};
