import type { Digest } from '../blobs/blobs.ts';
import { getJson } from '../blobs/json.ts';
import { readTargetStates } from '../ledger/target-state.ts';
import { inTurns, mapInTurns } from '../outside/in-turns.ts';
import type { Invocation, Outside } from '../outside/outside.ts';
import { homeOf, probeRegions } from '../outside/probe-regions.ts';
import type { Probed, ProbeOrder } from '../probe/prober.ts';
import type { Tally } from '../probe/tally.ts';
import type { ProbeGate } from '../rollout/gate.ts';
import type { Release } from '../rollout/release.ts';
import { seenFromElsewhere, type Target } from '../rollout/target.ts';
import { availabilityGates, failingOf, fails, isDark, muteIn, slotOf } from './assess-slot.ts';
import { assessOutages, freshMs, isOwnFault, type Outage } from './assess-standings.ts';
import { hasSlot, keepSlot, slotMs } from './slot.ts';
import { keepStanding, readStandings, readStandingsOf } from './standing.ts';
import { type OwnFaultWatch, watchOwnFault } from './watch-own-fault.ts';

/** How long of its minute a slot probes; what is left is for attempts under way, each with a retry. */
const probedMs = 40_000;

/** Targets of one invocation: each takes some writes to another region's ledger in what the probes leave of its minute. */
const perInvocation = 200;
/** Targets whose rows are read or written at the same time. */
const sideBySide = 32;

/** A part of a region's targets, counted from 0, and how many parts there are. */
export interface ShardOrder {
  readonly region: string;
  readonly shard: number;
  readonly of: number;
}

/** What scheduled probing needs of the capabilities beside it. */
export interface AvailabilityTools {
  probeUntil(order: ProbeOrder, signal: AbortSignal): Promise<Probed>;
  /** Stops the waves under way over the targets of these outages. Twice is as once. */
  stopWaves(outages: readonly Outage[]): Promise<void>;
  /** Has another invocation of this function probe a part of the targets, and does not wait for it. */
  callShard(order: ShardOrder, signal: AbortSignal): Promise<void>;
  /** Tells people of what is out, once. */
  tellOutages(outages: readonly Outage[], release: Release): Promise<void>;
}

/**
 * Probes, from one region, every target that has a verified release by the probe gates of that release, whether or not anything is being
 * rolled out. A slot (target, region, minute) is kept once; who runs it again probes nothing. A gate that fails from enough regions
 * stops the wave under way on that target at once, before the slot is over. What is begun without a `part` takes the first 200 targets, and
 * has an invocation of its own probe each 200 more; on one machine, where no time ends it, it takes them all. Elsewhere than at home only public
 * addresses are probed.
 */
export const probeAvailability = async (
  { region, part }: { readonly region: string; readonly part?: Omit<ShardOrder, 'region'> },
  tools: AvailabilityTools,
  outside: Pick<Outside, 'ledger' | 'blobs' | 'clock' | 'settings' | 'log'>,
  { signal, deadline }: Invocation,
): Promise<{ readonly region: string; readonly probed: readonly string[] }> => {
  const { ledger, blobs, clock, settings } = outside;
  const at = Math.floor(clock.now() / slotMs) * slotMs;
  const verified = [...(await readTargetStates(ledger)).values()]
    .flatMap((state) =>
      state.verified === undefined ? [] : [{ target: state.target, release: state.verified.release }],
    )
    .sort((a, b) => (a.target < b.target ? -1 : 1));
  const of = settings.functionName === undefined ? 1 : Math.max(1, Math.ceil(verified.length / perInvocation));
  const { shard, of: parts } = part ?? { shard: 0, of };
  if (part === undefined) await callOthers(region, of, tools, outside, signal);
  const own = verified.filter((_, place) => place % parts === shard);
  const kept = await mapInTurns(own, sideBySide, ({ target }) => hasSlot(ledger, { target, region, at }));
  const byRelease = new Map<Digest, string[]>();
  for (const [place, { target, release }] of own.entries()) {
    if (kept[place] === true) continue;
    byRelease.set(release, [...(byRelease.get(release) ?? []), target]);
  }
  const until = Math.min(clock.now() + probedMs, deadline);
  const watched = watchOwnFault(region, [...byRelease.values()].flat().length, outside);
  const probing = [...byRelease].map(async ([digest, names]) => {
    const release = await getJson<Release>(blobs, digest);
    const all = names.flatMap((name) => release.targets[name] ?? []);
    const targets = region === homeOf(settings) ? all : seenFromElsewhere(all);
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
  const ofTargets = probed.flatMap(({ tallies, ...rest }) =>
    [...new Set(tallies.map(({ target }) => target))].map((target) => ({
      ...rest,
      target,
      tallies: tallies.filter((tally) => tally.target === target),
    })),
  );
  await inTurns(ofTargets, sideBySide, async ({ digest, release, gates, target, tallies }) => {
    const failing = ownFault
      ? []
      : tallies.filter((tally) => fails(tally, gates)).map((tally) => failingOf(tally, gates, at));
    const mute = muteIn(tallies);
    const standing = { target, region, at, failing, isOwnFault: ownFault };
    await keepStanding(ledger, mute.length === 0 ? standing : { ...standing, mute });
    await keepSlot(ledger, slotOf({ target, region, at, release: digest }, tallies, ownFault));
    await act(target, release, at, tools, outside);
  });
  return { region, probed: names };
};

/** Has the other parts probed. One that can not be called misses its minute, which shows; the others do not. */
const callOthers = async (
  region: string,
  of: number,
  tools: Pick<AvailabilityTools, 'callShard'>,
  { log }: Pick<Outside, 'log'>,
  signal: AbortSignal,
): Promise<void> => {
  const others = Array.from({ length: of - 1 }, (_, at) => at + 1);
  await inTurns(others, sideBySide, async (shard) => {
    try {
      await tools.callShard({ region, shard, of }, signal);
    } catch (error) {
      const because = error instanceof Error ? error.message : String(error);
      log.error('scheduled probes of a part of the targets could not be called', { region, shard, of, because });
    }
  });
};

/** Where and when is probed. */
interface Turn {
  readonly region: string;
  readonly at: number;
  readonly until: number;
  readonly watched: OwnFaultWatch;
}

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
  if (outages.length === 0) return;
  await tools.stopWaves(outages);
  await tools.tellOutages(outages, release);
};
