import { recordEvent } from '../ledger/events.ts';
import { readTargetStates } from '../ledger/target-state.ts';
import { readDeployments, readWave, stopWave, type WaveRef } from '../ledger/waves.ts';
import type { Invocation, Outside } from '../outside/outside.ts';
import type { Tally } from '../probe/tally.ts';
import type { ProbeGate } from '../rollout/gate.ts';
import { gateSentence } from '../rollout/next-soak.ts';
import type { InProgress } from '../rollout/outcome.ts';
import type { Release } from '../rollout/release.ts';
import type { Judgement } from '../rollout/verdict.ts';
import type { Wave } from '../rollout/wave.ts';
import { type GateTools, probeGates, targetsOf } from './gate-tools.ts';
import { keepSlice } from './probe-slices.ts';

/** One invocation probes for so long, then the state machine calls again: a transition a minute. */
const invocationMs = 50_000;
/** After so long the samples are kept and the list of targets is looked at anew. */
const sliceMs = 2_000;

/**
 * Probes a wave's targets while it is deployed and soaks, until its gates are closed. Only targets that had something verified, or have
 * been deployed in this wave, are expected to answer. The first sound fail sets the wave's stop flag, forward; on the way back it is
 * only measured, since stopping there would keep what is bad.
 */
export const probeWave = async (
  ref: WaveRef,
  release: Release,
  wave: Wave,
  tools: Pick<GateTools, 'probeUntil' | 'assessProbe'>,
  outside: Pick<Outside, 'ledger' | 'blobs' | 'clock'>,
  { signal, deadline }: Invocation,
): Promise<InProgress | { readonly status: 'ended' }> => {
  const { ledger, clock } = outside;
  const gates = probeGates(release, wave);
  if (Object.keys(gates).length === 0) return { status: 'ended' };
  const ends = Math.min(clock.now() + invocationMs, deadline);
  const isClosed = async () => (await readWave(ledger, ref)).closedAt !== undefined;
  const onSample = ref.direction === 'forward' ? stopAtFirstFail(ref, gates, tools, outside) : undefined;
  while (clock.now() < ends) {
    if (await isClosed()) return { status: 'ended' };
    const from = clock.now();
    const targets = targetsOf(release, await expectedUp(ref, wave, outside));
    if (targets.length === 0) {
      await clock.sleep(Math.min(1_000, ends - from), signal);
      continue;
    }
    const order = { gates, targets, until: Math.min(from + sliceMs, ends), stop: isClosed };
    const probed = await tools.probeUntil(
      onSample === undefined ? order : { ...order, onSample: onSample.see },
      signal,
    );
    await onSample?.stopped();
    await keepSlice(ref, from, clock.now(), probed, outside);
  }
  return { status: 'in-progress', retryAfterSeconds: 0, because: `wave ${ref.wave} is probed` };
};

/** Sets the wave's stop flag the moment a tally fails its gate, while the others are still being probed. */
const stopAtFirstFail = (
  ref: WaveRef,
  gates: Readonly<Record<string, ProbeGate>>,
  tools: Pick<GateTools, 'assessProbe'>,
  { ledger, clock }: Pick<Outside, 'ledger' | 'clock'>,
) => {
  let stopping: Promise<void> | undefined;
  const stop = async (judgement: Judgement): Promise<void> => {
    const because = gateSentence(judgement);
    await stopWave(ledger, ref, { because, at: clock.now() });
    await recordEvent(ledger, ref.rollout, `stop ${ref.wave}`, {
      at: clock.now(),
      kind: 'stop',
      wave: ref.wave,
      ...(judgement.target === undefined ? {} : { target: judgement.target }),
      text: `stops ${ref.wave}: ${because}`,
      details: judgement,
    });
  };
  return {
    see: (tally: Tally): void => {
      const gate = gates[tally.gate];
      if (gate === undefined || stopping !== undefined) return;
      const judgement = tools.assessProbe(tally.gate, gate, [tally]);
      if (judgement.verdict !== 'fail') return;
      stopping = stop(judgement);
      // Awaited by `stopped`; until then a rejection must not count as unhandled.
      stopping.catch(() => undefined);
    },
    /** Resolves when a stop that was begun is stored; rejects when it could not be. */
    stopped: () => stopping ?? Promise.resolve(),
  };
};

/** Targets that must answer now. */
const expectedUp = async (
  ref: WaveRef,
  wave: Wave,
  { ledger }: Pick<Outside, 'ledger'>,
): Promise<readonly string[]> => {
  const states = await readTargetStates(ledger);
  const deployments = await readDeployments(ledger, ref);
  return wave.targets.filter(
    (target) => deployments.get(target)?.outcome === 'deployed' || states.get(target)?.verified !== undefined,
  );
};
