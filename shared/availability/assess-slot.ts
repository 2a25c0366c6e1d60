import type { Tally } from '../probe/tally.ts';
import type { ProbeGate } from '../rollout/gate.ts';
import type { Release } from '../rollout/release.ts';
import { scheduledGates } from '../rollout/scheduled-gates.ts';
import type { GateCounts, Slot } from './slot.ts';
import type { FailingGate } from './standing.ts';

/** Every five seconds: a schedule that never ends asks less of a target than the gate of a wave does. */
const mostPerSecond = 0.2;

/** Failures in a row, each confirmed, as for a wave; or most of a slot. Pure. */
export const fails = (
  { gate: name, run, attempts, failedConfirmed }: Tally,
  gates: Readonly<Record<string, ProbeGate>>,
) => run.longest >= (gates[name]?.consecutive ?? 1) || (attempts > 0 && failedConfirmed * 2 > attempts);

/** What is kept of a gate that fails. Pure. */
export const failingOf = (
  { gate, query, attempts, failedConfirmed, firstFailure }: Tally,
  gates: Readonly<Record<string, ProbeGate>>,
  at: number,
): FailingGate => ({
  gate,
  query,
  value: attempts === 0 ? 0 : failedConfirmed / attempts,
  threshold: gates[gate]?.failuresBelow ?? 0,
  samples: attempts,
  since: firstFailure?.at ?? at,
  because: `${query}: ${failedConfirmed} of ${attempts} attempts failed twice, first ${firstFailure?.code ?? 'unknown'}: ${firstFailure?.because ?? ''}`,
});

/** Gates of which every attempt was the prober's own fault. Pure. */
export const muteIn = (tallies: readonly Tally[]): readonly string[] =>
  tallies.filter(({ attempts, invalid }) => attempts === 0 && invalid > 0).map(({ gate }) => gate);

/** Whether every first attempt failed, and there were some. Pure. */
export const isDark = (tallies: readonly Tally[]): boolean => {
  const attempts = tallies.reduce((sum, tally) => sum + tally.attempts, 0);
  return attempts > 0 && tallies.every((tally) => tally.failedFirst === tally.attempts);
};

/** What a region saw that has itself to blame is counted, and as nothing. Pure. */
export const slotOf = (slot: Omit<Slot, 'gates'>, tallies: readonly Tally[], ownFault: boolean): Slot => ({
  ...slot,
  gates: Object.fromEntries(
    tallies.map(({ gate, attempts, failedFirst, failedConfirmed, invalid }): [string, GateCounts] => [
      gate,
      ownFault
        ? { attempts: 0, failedFirst: 0, failedConfirmed: 0, invalid: attempts + invalid }
        : { attempts, failedFirst, failedConfirmed, invalid },
    ]),
  ),
});

/** The probe gates that some wave of the release asks for and is stopped by, asked as seldom as a schedule does. Pure. */
export const availabilityGates = (release: Release): Readonly<Record<string, ProbeGate>> =>
  Object.fromEntries(
    Object.entries(scheduledGates(release)).map(([name, gate]) => [
      name,
      { ...gate, rate: Math.min(gate.rate, mostPerSecond) },
    ]),
  );
