import { readRollout } from '../ledger/rollouts.ts';
import { readTargetStates } from '../ledger/target-state.ts';
import { readDeployments, readWave, restProber, type WaveRef } from '../ledger/waves.ts';
import type { Invocation, Outside, Settings } from '../outside/outside.ts';
import type { Tally } from '../probe/tally.ts';
import { secondsToLook } from '../rollout/assess-entry.ts';
import type { InProgress } from '../rollout/outcome.ts';
import type { Release } from '../rollout/release.ts';
import type { Wave } from '../rollout/wave.ts';
import { type GateTools, probeGates, targetsOf } from './gate-tools.ts';
import { readTargetTimes } from './hand-outs.ts';
import { labelSamples } from './label-samples.ts';
import { keepSlice, lastTallies } from './probe-slices.ts';
import { soaking } from './soaking.ts';
import { stopFor } from './stop-for.ts';
import { watchAlerts } from './watch-alerts.ts';
import { watchMetrics } from './watch-metrics.ts';

/**
 * One invocation probes for at most so long, then the state machine calls again. Seven events a call: in a soak of 12 hours no more than
 * 500, where calls of a minute would fill the machine's history.
 */
const invocationMs = 600_000;
/**
 * After so long the samples are kept and the list of targets is looked at anew. Only whole slices after the last write count at the exit,
 * so a short soak needs short ones; a long soak would store many.
 */
export const sliceOf = ({ soakMs }: Wave): number => Math.min(Math.max(soakMs / 20, 1_000), 10_000);
/** A wave that has waited for so long is looked at for a slice each time that it is asked whether it may go on, and no more. */
const longWaitMs = 24 * 3_600_000;
/** What is left of an invocation below this is not probed any more. */
const shortestMs = 100;

/**
 * Probes a wave's targets and looks at its alerts and metrics while it is deployed and soaks, until its gates are closed. Only targets that
 * had something verified, or have been deployed in this wave, are expected to answer. The first sound fail sets the wave's stop flag,
 * forward; on the way back it is only measured, since stopping there would keep what is bad. A wave that has waited for a day is probed now
 * and then: what is to be guarded is what is written, and `nextBatch` begins nothing before the prober is back.
 */
export const probeWave = async (
  ref: WaveRef,
  release: Release,
  configured: Wave,
  tools: GateTools,
  outside: Pick<Outside, 'ledger' | 'blobs' | 'clock'> & { readonly settings: Pick<Settings, 'region'> },
  { signal, deadline }: Invocation,
): Promise<InProgress | { readonly status: 'ended' }> => {
  const { ledger, clock } = outside;
  const { longSoak, waiting } = await readWave(ledger, ref);
  const wave = soaking(configured, longSoak);
  const gates = probeGates(release, wave);
  const alerts = ref.direction === 'forward' ? watchAlerts(ref, release, wave, tools, outside, signal) : undefined;
  const metrics = ref.direction === 'forward' ? watchMetrics(ref, release, wave, tools, outside, signal) : undefined;
  const probes = Object.keys(gates).length > 0;
  if (!probes && alerts === undefined && metrics === undefined) return { status: 'ended' };
  const endLooks = async () => {
    await alerts?.end();
    await metrics?.end();
  };
  const rests = waiting !== undefined && clock.now() - waiting.since >= longWaitMs;
  const ends = Math.min(clock.now() + (rests ? sliceOf(wave) : invocationMs), deadline);
  const isClosed = async () => (await readWave(ledger, ref)).closedAt !== undefined;
  const before = await lastTallies(ref, clock.now() - 2 * sliceOf(wave), outside);
  const watch = ref.direction === 'forward' ? stopAtFirstFail(ref, gates, before, tools, outside) : undefined;
  for (let from = clock.now(); ends - from >= shortestMs; from = clock.now()) {
    if (await isClosed()) {
      await endLooks();
      return { status: 'ended' };
    }
    const targets = targetsOf(release, await expectedUp(ref, wave, outside));
    if (targets.length === 0) {
      await clock.sleep(Math.min(1_000, ends - from), signal);
      continue;
    }
    const order = { gates, targets, until: Math.min(from + sliceOf(wave), ends), stop: isClosed };
    alerts?.look(targets);
    metrics?.look();
    if (probes) {
      const probed = await tools.probeUntil(watch === undefined ? order : { ...order, onSample: watch.see }, signal);
      await watch?.sliceEnded();
      const times = await readTargetTimes(ref, outside);
      const labels = { release: ref.release, region: outside.settings.region };
      const samples = labelSamples(probed.samples, labels, times);
      await keepSlice(ref, from, clock.now(), { ...probed, samples }, outside);
    }
    // A gate that is asked seldom may have had no turn in this slice, which then took no time.
    if (!probes || clock.now() === from) await clock.sleep(order.until - clock.now(), signal);
  }
  await endLooks();
  if (!rests) return { status: 'in-progress', retryAfterSeconds: 0, because: `wave ${ref.wave} is probed` };
  const seconds = secondsToLook(clock.now(), waiting.since, waiting.until);
  await restProber(ledger, ref, clock.now() + seconds * 1_000);
  return {
    status: 'in-progress',
    retryAfterSeconds: seconds,
    because: `wave ${ref.wave} waits, and is probed when it is looked at`,
  };
};

/** Sets the wave's stop flag the moment a tally fails its gate, while the others are still being probed. */
const stopAtFirstFail = (
  ref: WaveRef,
  gates: ReturnType<typeof probeGates>,
  before: readonly Tally[],
  tools: Pick<GateTools, 'assessProbe' | 'joinTallies'>,
  outside: Pick<Outside, 'ledger' | 'clock'>,
) => {
  let stopping: Promise<void> | undefined;
  /** What earlier slices showed, and this one with them: a run of failures does not end where a slice or an invocation does. */
  let earlier = new Map(before.map((tally) => [`${tally.gate} ${tally.target}`, tally]));
  let slice = new Map<string, Tally>();
  return {
    see: (tally: Tally): void => {
      const gate = gates[tally.gate];
      if (gate === undefined || gate.effect === 'report' || gate.mustFail || stopping !== undefined) return;
      const place = `${tally.gate} ${tally.target}`;
      const before = earlier.get(place);
      const sofar = before === undefined ? tally : tools.joinTallies(before, tally);
      slice.set(place, sofar);
      // A share of failures is judged at the exit, with its samples; failures in a row, each confirmed, stop at once, and so does a
      // sequential gate, whose evidence may be looked at as often as one likes.
      if (sofar.run.longest < gate.consecutive && gate.test?.kind !== 'sequential') return;
      const judgement = tools.assessProbe(tally.gate, gate, [sofar]);
      if (judgement.verdict !== 'fail') return;
      stopping = stopFor(ref, judgement, outside);
      // Awaited by `sliceEnded`; until then a rejection must not count as unhandled.
      stopping.catch(() => undefined);
    },
    /** Ends a slice. Resolves when a stop that was begun is stored; rejects when it could not be. */
    sliceEnded: async (): Promise<void> => {
      earlier = new Map([...earlier, ...slice]);
      slice = new Map();
      await stopping;
    },
  };
};

/** Targets that must answer now. Of a rollback only those that are back: what it comes for is that the others do not. */
const expectedUp = async (
  ref: WaveRef,
  wave: Wave,
  { ledger }: Pick<Outside, 'ledger'>,
): Promise<readonly string[]> => {
  const states = await readTargetStates(ledger);
  const deployments = await readDeployments(ledger, ref);
  const isRollback = (await readRollout(ledger, ref.rollout))?.rollback === true;
  return wave.targets.filter(
    (target) =>
      deployments.get(target)?.outcome === 'deployed' || (!isRollback && states.get(target)?.verified !== undefined),
  );
};
