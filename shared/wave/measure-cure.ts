import type { Outage } from '../availability/assess-standings.ts';
import { stored, update } from '../ledger/update.ts';
import { readDeployments, type WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import type { Wait } from '../rollout/assess-entry.ts';
import { gateSentence } from '../rollout/next-soak.ts';
import type { InProgress } from '../rollout/outcome.ts';
import type { WavePlan } from '../rollout/plan.ts';
import type { Release } from '../rollout/release.ts';
import type { Judgement } from '../rollout/verdict.ts';
import type { Wave } from '../rollout/wave.ts';
import { alertGates, type GateTools, metricGates, probeGates, targetsOf, withEffects } from './gate-tools.ts';
import { judgeAvailability } from './judge-availability.ts';
import { judgeRegions, type ReadStandings, sumRegions } from './judge-regions.ts';
import type { VerifyTarget } from './judge-wave.ts';
import { measureStores } from './measure-stores.ts';
import { readAlerted } from './read-waits.ts';
import { shardsWith } from './shards.ts';
import { gapOf, sliceOf } from './slice-length.ts';
import { type Where, waveRegions } from './wave-regions.ts';

export type Cure = InProgress | { readonly status: 'cured' | 'not-cured'; readonly because: string };

export type CureTools = GateTools & {
  readonly verifyTarget: VerifyTarget;
  readonly readStandings: ReadStandings;
  /** What scheduled probes see out now. */
  readOutages(): Promise<readonly Outage[]>;
};

/** Windows that must pass, one after the other, after the flags were taken back. */
const WINDOWS = 2;

interface CureRow {
  /** When the windows that have passed so far ended. */
  readonly passed: readonly number[];
}

/**
 * Whether a wave is well again since its flags were taken back: every gate measured anew over two windows that lie after that moment and do
 * not overlap, and every target as deployed and running. A fail is not cured, at once; what stays inconclusive for as long as the wave may
 * bear that is not cured either, nor is a wave without a gate, of which nobody could tell. While scheduled probes see a target out, or an alert
 * from outside holds one, it is inconclusive.
 */
export const measureCure = async (
  ref: WaveRef,
  release: Release,
  wave: Wave,
  plan: WavePlan,
  since: number,
  tools: CureTools,
  outside: Pick<Outside, 'ledger' | 'blobs' | 'clock'> & {
    readonly settings: Where;
  },
  signal: AbortSignal,
): Promise<Cure> => {
  const { ledger, clock } = outside;
  const key = { partition: `rollout#${ref.rollout}`, sort: `cure#${ref.wave}` };
  const row = await ledger.get(key);
  const passed = row === undefined ? [] : stored<CureRow>(row).passed;
  const from = passed.at(-1) ?? since;
  const now = clock.now();
  const names = [...(await readDeployments(ledger, ref)).values()]
    .filter(({ outcome }) => outcome === 'deployed')
    .map(({ target }) => target)
    .sort();
  const targets = targetsOf(release, names);
  const gates = probeGates(release, wave);
  const seen = await sumRegions(
    ref,
    waveRegions(release, outside.settings),
    shardsWith(release, wave, names),
    from,
    gapOf(wave),
    tools,
    outside,
  );
  const own = withEffects(release, [
    ...(await judgeRegions(gates, names, seen, from, tools)),
    ...(await measureStores(release, wave, targets, tools, signal)).map((each) => afterMoment(each, from)),
  ]).filter(({ effect }) => effect !== 'report');
  if (own.length === 0) return { status: 'not-cured', because: `wave ${wave.name} has no gate that could tell` };
  const elsewhere = [
    ...judgeAvailability(await tools.readOutages(), names),
    ...[...(await readAlerted(ref, plan, outside))].map(([target, wait]) => alerted(target, wait)),
  ].filter(({ effect }) => effect !== 'report');
  const judged = [...own, ...elsewhere];
  const failed = judged.find(({ verdict, kind }) => verdict === 'fail' && kind !== 'alerts');
  if (failed !== undefined) return { status: 'not-cured', because: gateSentence(failed) };
  const open = judged.find(({ verdict }) => verdict !== 'pass');
  const shortest = Math.max(sliceOf(wave), ...intervalsOf(release, wave));
  if (open !== undefined || now < from + shortest) {
    const because = open === undefined ? `measures window ${passed.length + 1} of ${WINDOWS}` : gateSentence(open);
    if (now >= since + wave.inconclusiveWithinMs + WINDOWS * shortest) return { status: 'not-cured', because };
    return { status: 'in-progress', retryAfterSeconds: Math.min(10, Math.ceil(shortest / 1000)), because };
  }
  if (passed.length + 1 < WINDOWS) {
    await update(ledger, key, (before) => (before === undefined ? { passed: [now] } : undefined));
    return {
      status: 'in-progress',
      retryAfterSeconds: Math.min(10, Math.ceil(shortest / 1000)),
      because: 'the first window passed',
    };
  }
  for (const target of targets) {
    const verified = await tools.verifyTarget(target, signal);
    if (verified.verdict !== 'pass') return { status: 'not-cured', because: gateSentence(verified) };
  }
  return { status: 'cured', because: `every gate passed in ${WINDOWS} windows after` };
};

/** An alert from outside holds what it speaks of until it has resolved. */
const alerted = (target: string, { because }: Wait): Judgement => ({
  gate: 'alert',
  kind: 'alerts',
  target,
  verdict: 'inconclusive',
  because,
  source: 'alerts from outside',
});

/** What a window that reaches back beyond a moment says is of what was before it. An alert that still fires may have its cause behind it. */
const afterMoment = (judgement: Judgement, moment: number): Judgement =>
  judgement.window !== undefined && judgement.window.from < moment
    ? { ...judgement, verdict: 'inconclusive', because: `${judgement.because}; its window still holds what was before` }
    : judgement;

const intervalsOf = (release: Release, wave: Wave): readonly number[] =>
  Object.values({ ...metricGates(release, wave), ...alertGates(release, wave) }).map(({ intervalMs }) => intervalMs);
