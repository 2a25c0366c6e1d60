import { getJson } from '../blobs/json.ts';
import {
  advanceWave,
  keepJudgement,
  readDeployments,
  readStop,
  type WaveProgress,
  type WaveRef,
} from '../ledger/waves.ts';
import { inTurns } from '../outside/in-turns.ts';
import type { Invocation, Outside } from '../outside/outside.ts';
import { type NextSoak, nextSoak } from '../rollout/next-soak.ts';
import type { WavePlan } from '../rollout/plan.ts';
import type { Release } from '../rollout/release.ts';
import type { Target } from '../rollout/target.ts';
import type { Judgement } from '../rollout/verdict.ts';
import type { Wave } from '../rollout/wave.ts';
import { compareRuns } from './compare-runs.ts';
import {
  alertGates,
  type GateTools,
  metricGates,
  probeGates,
  scoreGates,
  targetsOf,
  unknownGates,
  withEffects,
} from './gate-tools.ts';
import { judgeRegions, lookedAt, type ReadStandings, silentRegions, sumRegions } from './judge-regions.ts';
import { withFlags } from './last-write.ts';
import { unseenBySoak } from './later-effects.ts';
import { lookAtTests, type TestTools } from './look-at-tests.ts';
import { measureRuns } from './measure-runs.ts';
import { measureAlertGates } from './measure-stores.ts';
import type { Probing } from './probe-slices.ts';
import { recordVerdicts } from './record-verdicts.ts';
import { scoreRuns } from './score-runs.ts';
import { shardsWith } from './shards.ts';
import { gapOf } from './slice-length.ts';
import { soaking } from './soaking.ts';
import { type Where, waveRegions } from './wave-regions.ts';

/** The last look before a wave passes: does the target still have exactly what was deployed, and does that still run? */
export type VerifyTarget = (target: Target, signal: AbortSignal) => Promise<Judgement>;

/** What only the exit gates ask. */
export interface ExitTools {
  readonly verifyTarget: VerifyTarget;
  readonly readStandings: ReadStandings;
  /** Whether the flags of the wave are still what it has set. */
  judgeFlags(signal: AbortSignal): Promise<readonly Judgement[]>;
}

/**
 * The exit gates of a wave, looked at anew with each call: probes and metrics since the last write, and the soak. A fail ends it at
 * once. Before it passes, every target is read once more and must have what was deployed. On the way back only the probes are asked:
 * a metric's window still holds what was bad. What the wave brought and no restart has given the pods is named with its passing.
 */
export const judgeWave = async (
  ref: WaveRef,
  release: Release,
  configured: Wave,
  tools: GateTools & TestTools & ExitTools,
  outside: Pick<Outside, 'ledger' | 'blobs' | 'clock'> & {
    readonly settings: Where;
  },
  { signal }: Invocation,
): Promise<NextSoak> => {
  const { ledger, clock } = outside;
  const progress = await advanceWave(ledger, ref, { judgingAt: clock.now() });
  const { judgingAt = clock.now(), longSoak } = progress;
  const wave = soaking(configured, longSoak);
  const isOurs = await plannedNow(ref, progress, outside);
  const deployed = [...(await readDeployments(ledger, ref)).values()]
    .filter((each) => each.outcome === 'deployed' && isOurs(each.target))
    .map((each) => withFlags(each, progress));
  if (deployed.length === 0) return { status: 'failed', because: `no target of wave ${ref.wave} could be deployed to` };
  const lastWriteAt = Math.max(judgingAt, ...deployed.map((each) => each.endedAt));
  const names = deployed.map((each) => each.target).sort();
  const targets = targetsOf(release, names);
  const gates = probeGates(release, wave);
  const shards = shardsWith(release, wave, names);
  const seen = await sumRegions(
    ref,
    waveRegions(release, outside.settings),
    shards,
    lastWriteAt,
    gapOf(wave),
    tools,
    outside,
  );
  const probing = lookedAt(seen, gapOf(wave));
  // A soak that nobody watched for a while begins again where it is watched again, as after a restart.
  const soakFrom = ref.direction === 'forward' ? Math.max(lastWriteAt, probing.unbrokenFrom) : lastWriteAt;
  const soakEnds = soakFrom + wave.soakMs;
  // Taken before anything is measured: what is then found to be over has been measured as over.
  const now = clock.now();
  const isOver = now >= soakEnds;
  const measureForward = async (): Promise<readonly Judgement[]> => {
    const since = new Map(deployed.map(({ target, endedAt }) => [target, endedAt]));
    const before = new Map(deployed.map(({ target, startedAt }) => [target, startedAt]));
    const order = { since, before, opensTargets: true, ...(isOver ? { atLeastAt: soakEnds } : {}) };
    const runs = await measureRuns(ref, release, wave, order, tools, outside, signal);
    const scored = { since, before, ...(isOver ? { overSince: soakEnds } : {}) };
    const scores = await scoreRuns(ref, release, wave, scored, tools, outside, signal);
    const alerts = await measureAlertGates(release, wave, targets, tools, signal);
    const judged = isOver
      ? await compareRuns(ref, release, runs, deployed, tools, outside, signal)
      : runs.map(({ judgement }) => judgement);
    const tests = await lookAtTests(ref, release, wave, { moment: 'after' }, targets, tools, signal);
    return [...judged, ...scores, ...alerts, ...tests, ...(await tools.judgeFlags(signal))];
  };
  const judgements = [
    ...withEffects(release, [
      ...(await judgeRegions(
        gates,
        names,
        seen,
        lastWriteAt,
        ref.direction === 'forward' ? tools : unscheduled(tools),
      )),
      ...(ref.direction === 'forward' ? await measureForward() : []),
      ...unknownGates(release, wave),
    ]),
    ...(ref.direction === 'forward' && Object.keys(gates).length > 0
      ? [
          ...assessCoverage(wave, probing, clock.now()),
          ...(await silentRegions(ref, seen, clock.now(), gapOf(wave), outside)),
        ]
      : []),
  ];
  const stop = ref.direction === 'forward' ? await readStop(ledger, ref) : undefined;
  const rules = ref.direction === 'forward' ? wave : { ...wave, soakMs: 0 };
  const asked = { ...metricGates(release, wave), ...scoreGates(release, wave), ...alertGates(release, wave) };
  const intervals = Object.values(asked).map((gate) => gate.intervalMs);
  const facts = {
    now,
    lastWriteAt: soakFrom,
    intervals,
    ...(longSoak === undefined ? {} : { soaksFor: longSoak.because }),
    ...(stop === undefined ? {} : { stop: stop.because }),
  };
  let next = nextSoak(rules, { ...facts, judgements });
  if (next.status === 'passed') {
    judgements.push(...(await verifyAll(targets, tools.verifyTarget, signal)));
    // That took its time, in which somebody may have stopped the wave.
    const late = ref.direction === 'forward' ? await readStop(ledger, ref) : undefined;
    next = nextSoak(rules, { ...facts, judgements, ...(late === undefined ? {} : { stop: late.because }) });
  }
  const moment = next.status === 'in-progress' ? 'during' : 'after';
  for (const judgement of judgements) await keepJudgement(ledger, ref, moment, clock.now(), judgement);
  // Of a wave that was stopped the history says already what stopped it; nobody waited for its other gates.
  if (next.status !== 'in-progress' && stop === undefined) await recordVerdicts(ref, moment, judgements, outside);
  if (next.status !== 'passed') return next;
  const unseen = await unseenBySoak(ref, names, outside);
  return unseen === undefined ? next : { ...next, because: `${next.because}; ${unseen}` };
};

/** A way back that was begun again is judged by what it has planned: what was back before may have a newer release since. */
const plannedNow = async (
  ref: WaveRef,
  { plan, again }: WaveProgress,
  { blobs }: Pick<Outside, 'blobs'>,
): Promise<(target: string) => boolean> => {
  if (ref.direction === 'forward' || again === undefined || plan === undefined) return () => true;
  const planned = new Set((await getJson<WavePlan>(blobs, plan)).targets.map(({ target }) => target));
  return (target) => planned.has(target);
};

/** On a way back what is scheduled sees what was there before, and what others see of it: only the wave's own loops look there. */
const unscheduled = <Tools>(tools: Tools): Tools & { readonly readStandings: ReadStandings } => ({
  ...tools,
  readStandings: async () => [],
});

/** Targets read at the same time for the last look: a few requests each, to a different cluster. */
const concurrency = 16;

const verifyAll = async (
  targets: readonly Target[],
  verifyTarget: VerifyTarget,
  signal: AbortSignal,
): Promise<readonly Judgement[]> => {
  const judged = new Map<string, Judgement>();
  await inTurns(targets, concurrency, async (target) => {
    judged.set(target.name, await verifyTarget(target, signal));
  });
  return targets.flatMap(({ name }) => judged.get(name) ?? []);
};

/**
 * Whether the wave is still looked at: a prober that died has no failures to show. Once the soak is over, a last sample that is old is
 * inconclusive whatever the samples said.
 */
const assessCoverage = (wave: Wave, { to }: Pick<Probing, 'to'>, now: number): readonly Judgement[] => {
  const allowed = gapOf(wave);
  if (now - to <= allowed) return [];
  const because = `gate probing: nothing was probed for ${Math.round((now - to) / 1000)} s, expected no more than ${Math.round(allowed / 1000)} s without a sample`;
  return [{ gate: 'probing', kind: 'probe', verdict: 'inconclusive', because }];
};
