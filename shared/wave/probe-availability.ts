import type { Digest } from '../blobs/blobs.ts';
import { getJson } from '../blobs/json.ts';
import { sortableTime } from '../ledger/sortable-time.ts';
import { readTargetStates } from '../ledger/target-state.ts';
import type { Invocation, Outside } from '../outside/outside.ts';
import type { ProbeGate } from '../rollout/gate.ts';
import type { Release } from '../rollout/release.ts';
import type { Judgement } from '../rollout/verdict.ts';
import { type GateTools, judgeProbes } from './gate-tools.ts';

/** How long one scheduled run probes; the schedule is a minute. */
const probedMs = 10_000;
/** How long results are kept: a month and the days to look at it. */
const keptMs = 35 * 24 * 3_600_000;

/** One scheduled run on one target. */
export interface Availability {
  readonly target: string;
  readonly at: number;
  readonly judgements: readonly Judgement[];
}

/**
 * Probes every target that has a verified release by the probe gates of that release, whether or not anything is being rolled out, and
 * keeps the result under `availability#<target>`. A minute that was probed already is not probed again.
 */
export const probeAvailability = async (
  tools: Pick<GateTools, 'probeUntil' | 'assessProbe' | 'joinTallies'>,
  outside: Pick<Outside, 'ledger' | 'blobs' | 'clock'>,
  { signal, deadline }: Invocation,
): Promise<{ readonly probed: readonly string[] }> => {
  const { ledger, blobs, clock } = outside;
  const minute = Math.floor(clock.now() / 60_000) * 60_000;
  const byRelease = new Map<Digest, string[]>();
  for (const { target, verified } of (await readTargetStates(ledger)).values()) {
    if (verified === undefined) continue;
    byRelease.set(verified.release, [...(byRelease.get(verified.release) ?? []), target]);
  }
  const until = Math.min(clock.now() + probedMs, deadline);
  const runs = [...byRelease].map(async ([digest, names]) => {
    const release = await getJson<Release>(blobs, digest);
    const gates = availabilityGates(release);
    const targets = names.flatMap((name) => release.targets[name] ?? []);
    if (Object.keys(gates).length === 0 || targets.length === 0) return [];
    const { tallies } = await tools.probeUntil({ gates, targets, until, stop: () => Promise.resolve(false) }, signal);
    return targets.map(
      ({ name }): Availability => ({
        target: name,
        at: minute,
        judgements: judgeProbes(gates, [name], tallies, tools),
      }),
    );
  });
  const results = (await Promise.all(runs)).flat();
  for (const result of results) {
    const sort = sortableTime(minute);
    const key = { partition: `availability#${result.target}`, sort };
    await ledger.put({ ...key, data: { ...result }, expect: 'absent', expiresAt: clock.now() + keptMs });
  }
  return { probed: results.map(({ target }) => target) };
};

/** The probe gates that some wave of the release asks for. */
const availabilityGates = (release: Release): Readonly<Record<string, ProbeGate>> => {
  const used = new Set(release.waves.flatMap((wave) => wave.gates));
  return Object.fromEntries(
    Object.entries(release.gates).flatMap(([name, gate]) =>
      gate.kind === 'probe' && used.has(name) ? [[name, gate]] : [],
    ),
  );
};
