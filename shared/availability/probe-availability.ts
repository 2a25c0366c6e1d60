import type { Digest } from '../blobs/blobs.ts';
import { getJson } from '../blobs/json.ts';
import { readTargetStates } from '../ledger/target-state.ts';
import type { Invocation, Outside } from '../outside/outside.ts';
import { probeRegions } from '../outside/probe-regions.ts';
import type { Probed, ProbeOrder } from '../probe/prober.ts';
import type { Tally } from '../probe/tally.ts';
import type { ProbeGate } from '../rollout/gate.ts';
import { isScheduled } from '../rollout/gate.ts';
import type { Release } from '../rollout/release.ts';
import type { Target } from '../rollout/target.ts';
import { assessOutages, freshMs, isOwnFault, type Outage, type Seen } from './assess-standings.ts';
import { type GateCounts, hasSlot, keepSlot, type Slot, slotMs } from './slot.ts';
import { type FailingGate, keepStanding, readStandings, readStandingsOf } from './standing.ts';

/** How long of its minute a slot probes; what is left is for attempts under way, each with a retry. */
const probedMs = 40_000;
/** Every five seconds: a schedule that never ends asks less of a target than the gate of a wave does. */
const mostPerSecond = 0.2;

/** What scheduled probing needs of the capabilities beside it. */
export interface AvailabilityTools {
  probeUntil(order: ProbeOrder, signal: AbortSignal): Promise<Probed>;
  /** Stops the waves under way over the target. Twice is as once. */
  stopWaves(outage: Outage): Promise<void>;
  /** Tells people of what is out, once. */
  tellOutages(outages: readonly Outage[], release: Release): Promise<void>;
}

/**
 * Probes, from one region, every target that has a verified release by the probe gates of that release, whether or not anything is being
 * rolled out. A slot (target, region, minute) is kept once; who runs it again probes nothing. A gate that fails from enough regions
 * stops the wave under way on that target at once, before the slot is over.
 */
export const probeAvailability = async (
  region: string,
  tools: AvailabilityTools,
  outside: Pick<Outside, 'ledger' | 'blobs' | 'clock' | 'settings'>,
  { signal, deadline }: Invocation,
): Promise<{ readonly region: string; readonly probed: readonly string[] }> => {
  const { ledger, blobs, clock } = outside;
  const at = Math.floor(clock.now() / slotMs) * slotMs;
  const byRelease = new Map<Digest, string[]>();
  for (const { target, verified } of (await readTargetStates(ledger)).values()) {
    if (verified === undefined || (await hasSlot(ledger, { target, region, at }))) continue;
    byRelease.set(verified.release, [...(byRelease.get(verified.release) ?? []), target]);
  }
  const until = Math.min(clock.now() + probedMs, deadline);
  const watched = watchOwnFault(region, [...byRelease.values()].flat().length, outside);
  const probing = [...byRelease].map(async ([digest, names]) => {
    const release = await getJson<Release>(blobs, digest);
    const targets = names.flatMap((name) => release.targets[name] ?? []);
    return {
      digest,
      release,
      ...(await probeRelease(release, targets, { region, at, until, watched }, tools, outside, signal)),
    };
  });
  const probed = await Promise.all(probing);
  const seen = probed.flatMap(({ tallies }) => tallies);
  const names = [...new Set(seen.map(({ target }) => target))].sort();
  const dark = names.map((target) => ({ target, isDark: isDark(seen.filter((tally) => tally.target === target)) }));
  const ownFault = isOwnFault(region, dark, await readStandings(ledger), clock.now());
  for (const { digest, release, tallies, gates } of probed) {
    for (const target of new Set(tallies.map((tally) => tally.target))) {
      const own = tallies.filter((tally) => tally.target === target);
      const failing = ownFault
        ? []
        : own.filter((tally) => fails(tally, gates)).map((tally) => failingOf(tally, gates, at));
      await keepStanding(ledger, { target, region, at, failing, isOwnFault: ownFault });
      await keepSlot(ledger, slotOf({ target, region, at, release: digest }, own, ownFault));
      await act(target, release, at, tools, outside);
    }
  }
  return { region, probed: names };
};

/** Where and when is probed. */
interface Turn {
  readonly region: string;
  readonly at: number;
  readonly until: number;
  readonly watched: OwnFaultWatch;
}

/** What a region has seen so far in a slot, of all releases. */
interface OwnFaultWatch {
  see(tally: Tally): void;
  /** Whether all that was to be seen so far is dark, and nobody else agrees: then this region has itself to blame, as far as is known yet. */
  suspectsItself(): Promise<boolean>;
}

const watchOwnFault = (
  region: string,
  expected: number,
  { ledger, clock }: Pick<Outside, 'ledger' | 'clock'>,
): OwnFaultWatch => {
  const newest = new Map<string, Tally>();
  return {
    see: (tally) => newest.set(`${tally.gate} ${tally.target}`, tally),
    suspectsItself: async () => {
      const tallies = [...newest.values()];
      const targets = [...new Set(tallies.map(({ target }) => target))];
      const seen: readonly Seen[] = targets.map((target) => ({
        target,
        isDark: isDark(tallies.filter((tally) => tally.target === target)),
      }));
      // Of targets that were not reached for yet nothing is known, so that they take nothing of the suspicion away.
      const unseen = Array.from({ length: expected - targets.length }, () => ({ target: '', isDark: true }));
      return isOwnFault(region, [...seen, ...unseen], await readStandings(ledger), clock.now());
    },
  };
};

/** Probes the targets of one release, and acts while it does: who waits for the end of the slot is a minute late. */
const probeRelease = async (
  release: Release,
  targets: readonly Target[],
  { region, at, until, watched }: Turn,
  tools: AvailabilityTools,
  outside: Pick<Outside, 'ledger' | 'clock' | 'settings'>,
  signal: AbortSignal,
): Promise<{ readonly tallies: readonly Tally[]; readonly gates: Readonly<Record<string, ProbeGate>> }> => {
  const gates = availabilityGates(release);
  if (Object.keys(gates).length === 0 || targets.length === 0) return { tallies: [], gates };
  const raised = new Map<string, Promise<void>>();
  const raise = async (tally: Tally): Promise<void> => {
    if (await watched.suspectsItself()) {
      // Looked at again with the next attempt there, and once more when the slot is over.
      raised.delete(tally.target);
      return;
    }
    const failing = [failingOf(tally, gates, at)];
    await keepStanding(outside.ledger, { target: tally.target, region, at, failing, isOwnFault: false });
    await act(tally.target, release, at, tools, outside);
  };
  const onSample = (tally: Tally): void => {
    const gate = gates[tally.gate];
    watched.see(tally);
    if (gate === undefined || tally.run.longest < gate.consecutive || raised.has(tally.target)) return;
    const raising = raise(tally);
    // Awaited below; until then a rejection must not count as unhandled.
    raising.catch(() => undefined);
    raised.set(tally.target, raising);
  };
  const order = { gates, targets, until, stop: () => Promise.resolve(false), onSample };
  const { tallies } = await tools.probeUntil(order, signal);
  await Promise.all(raised.values());
  return { tallies, gates };
};

/** Stops what is under way on a target that is out, and tells of it. */
const act = async (
  target: string,
  release: Release,
  at: number,
  tools: AvailabilityTools,
  outside: Pick<Outside, 'ledger' | 'clock' | 'settings'>,
): Promise<void> => {
  // What a prober saw that has died since is no second opinion.
  const fresh = (await readStandingsOf(outside.ledger, target)).filter((each) => at - each.at <= freshMs);
  const outages = assessOutages(fresh, probeRegions(outside.settings), at);
  for (const outage of outages) await tools.stopWaves(outage);
  if (outages.length > 0) await tools.tellOutages(outages, release);
};

/** Failures in a row, each confirmed, as for a wave; or most of a slot. */
const fails = ({ gate: name, run, attempts, failedConfirmed }: Tally, gates: Readonly<Record<string, ProbeGate>>) =>
  run.longest >= (gates[name]?.consecutive ?? 1) || (attempts > 0 && failedConfirmed * 2 > attempts);

const failingOf = (
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

const isDark = (tallies: readonly Tally[]): boolean => {
  const attempts = tallies.reduce((sum, tally) => sum + tally.attempts, 0);
  return attempts > 0 && tallies.every((tally) => tally.failedFirst === tally.attempts);
};

/** What a region saw that has itself to blame is counted, and as nothing. */
const slotOf = (slot: Omit<Slot, 'gates'>, tallies: readonly Tally[], ownFault: boolean): Slot => ({
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

/** The probe gates that some wave of the release asks for and is stopped by, asked as seldom as a schedule does. */
const availabilityGates = (release: Release): Readonly<Record<string, ProbeGate>> => {
  const used = new Set(release.waves.flatMap((wave) => wave.gates));
  return Object.fromEntries(
    Object.entries(release.gates).flatMap(([name, gate]) =>
      isScheduled(gate) && used.has(name) ? [[name, { ...gate, rate: Math.min(gate.rate, mostPerSecond) }]] : [],
    ),
  );
};
