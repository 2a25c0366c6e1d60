import { readRollout } from '../ledger/rollouts.ts';
import { readTargetStates } from '../ledger/target-state.ts';
import { readDeployments, readWave, restProber, type WaveRef } from '../ledger/waves.ts';
import type { Invocation, Outside } from '../outside/outside.ts';
import { secondsToLook } from '../rollout/assess-entry.ts';
import type { InProgress } from '../rollout/outcome.ts';
import type { Release } from '../rollout/release.ts';
import { seenFromElsewhere } from '../rollout/target.ts';
import type { Wave } from '../rollout/wave.ts';
import { type CallProber, callRegions } from './call-regions.ts';
import { type GateTools, probeGates, targetsOf } from './gate-tools.ts';
import { readTargetTimes } from './hand-outs.ts';
import { labelSamples } from './label-samples.ts';
import { keepSlice, lastTallies } from './probe-slices.ts';
import type { LoopPlace } from './prober-loops.ts';
import { beginLoop } from './region-loop.ts';
import { type Shard, shardOf } from './shards.ts';
import { sliceOf } from './slice-length.ts';
import { soaking } from './soaking.ts';
import { stopAtFail } from './stop-at-fail.ts';
import { watchAlerts } from './watch-alerts.ts';
import { watchMetrics } from './watch-metrics.ts';
import { type Where, waveRegions } from './wave-regions.ts';

/**
 * One invocation probes for at most so long, then the state machine calls again. Seven events a call: in a soak of 12 hours no more than
 * 500, where calls of a minute would fill the machine's history.
 */
const invocationMs = 600_000;
/** A wave that has waited for so long is looked at for a slice each time that it is asked whether it may go on, and no more. */
const longWaitMs = 24 * 3_600_000;
/** What is left of an invocation below this is not probed any more. */
const shortestMs = 100;

/** Which part of a wave's targets is probed, and from where: another region than the home one is called by the loop of that. */
export interface ProbedPart extends Shard {
  readonly region?: string;
}

export interface ProbeWaveTools extends GateTools {
  readonly callProber: CallProber;
}

/**
 * Probes a wave's targets while it is deployed and soaks, until its gates are closed; and, in the home region, looks at its alerts and metrics
 * and has the other regions probe the same targets, each by a loop of its own. Only targets that had something verified, or have been
 * deployed in this wave, are expected to answer. The first sound fail sets the wave's stop flag, forward: one that as many regions see
 * as it takes of those that are heard (`assessRegions`). On the way back it is only measured, since stopping there would keep what is bad. A
 * wave that has waited for a day is probed now and then: what is to be guarded is what is written, and `nextBatch` begins nothing before the
 * prober is back. Of several shards each probes its targets, and the first looks at alerts and metrics.
 */
export const probeWave = async (
  ref: WaveRef,
  release: Release,
  configured: Wave,
  { shard, of, region }: ProbedPart,
  tools: ProbeWaveTools,
  outside: Pick<Outside, 'ledger' | 'blobs' | 'clock' | 'random' | 'log'> & {
    readonly settings: Where;
  },
  { signal, deadline }: Invocation,
): Promise<InProgress | { readonly status: 'ended' }> => {
  const { ledger, clock } = outside;
  const { longSoak, waiting } = await readWave(ledger, ref);
  const wave = soaking(configured, longSoak);
  const gates = probeGates(release, wave);
  const isHome = region === undefined;
  const here = region ?? outside.settings.region;
  const isFirst = ref.direction === 'forward' && shard === 0 && isHome;
  const alerts = isFirst ? watchAlerts(ref, release, wave, tools, outside, signal) : undefined;
  const metrics = isFirst ? watchMetrics(ref, release, wave, tools, outside, signal) : undefined;
  const probes = Object.keys(gates).length > 0;
  if (!probes && alerts === undefined && metrics === undefined) return { status: 'ended' };
  const isClosed = async () => (await readWave(ledger, ref)).closedAt !== undefined;
  const place: LoopPlace = { ref, shard, region: here };
  const others = waveRegions(release, outside.settings).filter((each) => each !== here);
  // Where one region probes alone it has nobody to tell.
  const loop = probes && others.length > 0 ? await beginLoop(place, wave, gates, isHome, outside) : undefined;
  if (loop?.status === 'taken') return { status: 'ended' };
  const regions =
    isHome && probes && others.length > 0
      ? callRegions(ref, { shard, of }, others, tools.callProber, outside, signal)
      : undefined;
  const endLooks = async () => {
    await alerts?.end();
    await metrics?.end();
    await regions?.end();
    await loop?.end();
  };
  const rests = waiting !== undefined && clock.now() - waiting.since >= longWaitMs;
  const ends = Math.min(clock.now() + (rests ? sliceOf(wave) : invocationMs), deadline);
  const before = await lastTallies(place, clock.now() - 2 * sliceOf(wave), outside);
  const watch = ref.direction === 'forward' ? stopAtFail(ref, gates, before, loop?.others, tools, outside) : undefined;
  for (let from = clock.now(); ends - from >= shortestMs; from = clock.now()) {
    if (await isClosed()) {
      await endLooks();
      return { status: 'ended' };
    }
    const up = await expectedUp(ref, wave, outside);
    const shardsTargets = targetsOf(
      release,
      up.filter((target) => shardOf(target, wave, of) === shard),
    );
    const targets = isHome ? shardsTargets : seenFromElsewhere(shardsTargets);
    regions?.look();
    if (targets.length === 0) {
      await clock.sleep(Math.min(1_000, ends - from), signal);
      await loop?.renew();
      continue;
    }
    const order = { gates, targets, until: Math.min(from + sliceOf(wave), ends), stop: isClosed };
    alerts?.look(targets);
    metrics?.look();
    if (probes) {
      const probed = await tools.probeUntil(watch === undefined ? order : { ...order, onSample: watch.see }, signal);
      await watch?.settled();
      const times = await readTargetTimes(ref, outside);
      const samples = labelSamples(probed.samples, { release: ref.release, region: here }, times);
      const tallies = (await loop?.sound(probed.tallies)) ?? probed.tallies;
      watch?.sliceEnded(tallies === probed.tallies);
      await keepSlice(place, from, clock.now(), { tallies, samples }, outside);
    }
    // A gate that is asked seldom may have had no turn in this slice, which then took no time.
    if (!probes || clock.now() === from) await clock.sleep(order.until - clock.now(), signal);
  }
  await endLooks();
  if (!rests) return { status: 'in-progress', retryAfterSeconds: 0, because: `wave ${ref.wave} is probed` };
  const seconds = secondsToLook(clock.now(), waiting.since, waiting.until);
  if (isHome) await restProber(ledger, ref, clock.now() + seconds * 1_000);
  return {
    status: 'in-progress',
    retryAfterSeconds: seconds,
    because: `wave ${ref.wave} waits, and is probed when it is looked at`,
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
