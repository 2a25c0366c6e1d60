import { stored, update } from '../ledger/update.ts';
import type { WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import type { Release } from '../rollout/release.ts';
import { SCORE_LOOKS, type ScoreGate } from '../rollout/score-gate.ts';
import type { Target } from '../rollout/target.ts';
import type { Judgement } from '../rollout/verdict.ts';
import type { Wave } from '../rollout/wave.ts';
import { type GateTools, scoreGates, targetsOf } from './gate-tools.ts';
import { askAll } from './measure-stores.ts';
import { readBaselines } from './read-baselines.ts';

/** Which targets are scored, since when, and since when the soak is over. */
export interface ScoresOrder {
  /** Target -> its last write. */
  readonly since: ReadonlyMap<string, number>;
  /** Target -> just before its first write. */
  readonly before: ReadonlyMap<string, number>;
  /** When the soak was over; absent while it goes on. */
  readonly overSince?: number;
}

/** The looks that a score on a target has had since its last write, and what the last one said. */
export interface ScoreRun {
  readonly since: number;
  readonly at: number;
  /** Looks while the soak went on, and from its end on. */
  readonly during: number;
  readonly after: number;
  readonly last: Judgement;
}

/**
 * Judges every score of a wave on the targets whose turn it is, keeps what was found, and says how each stands. The prober's loop and the
 * exit gates both call it; what one has looked at the other does not look at again. A fail stays: each look costs a share of the level, of
 * which so many are left and no more. Where nothing was verified before there is nothing to compare with: that is said, and stops nothing.
 */
export const scoreRuns = async (
  ref: WaveRef,
  release: Release,
  wave: Wave,
  order: ScoresOrder,
  tools: Pick<GateTools, 'measureScore'>,
  outside: Pick<Outside, 'ledger' | 'clock'>,
  signal: AbortSignal,
): Promise<readonly Judgement[]> => {
  const gates = Object.entries(scoreGates(release, wave));
  if (gates.length === 0) return [];
  let read: ReturnType<typeof readBaselines> | undefined;
  const baselines = () => {
    read ??= readBaselines(ref.rollout, release, outside.ledger);
    return read;
  };
  const judge = async (name: string, gate: ScoreGate, target: Target): Promise<Judgement> => {
    const since = order.since.get(target.name) ?? 0;
    const seen = await readRun(ref, name, target.name, since, outside);
    const at = outside.clock.now();
    if (seen !== undefined && !isDue(gate, wave, seen, at, order.overSince)) return seen.last;
    const { others, hadBefore } = await baselines();
    if (!hadBefore(target.name)) return withoutBaseline(name, gate, target.name, { from: since, to: at });
    const before = order.before.get(target.name) ?? since;
    const asked = { name, gate, sources: release.metrics, target, since, before, others };
    const last = await tools.measureScore(asked, signal);
    return keepRun(ref, last, { since, at, isOver: order.overSince !== undefined }, seen, outside);
  };
  const targets = targetsOf(release, [...order.since.keys()].sort());
  return askAll(
    gates.flatMap(([name, gate]) =>
      targets.map((target) => ({ scrapes: false, ask: () => judge(name, gate, target) })),
    ),
  );
};

const MOST = SCORE_LOOKS / 2;

/**
 * Whether a score is to be judged again: not one that failed, nor one that has passed since the soak is over; and so seldom that its
 * looks last for the soak, and for as long as the wave waits beyond it. A soak that nobody watched for a while begins again: what passed
 * at its first end is then from before the second.
 */
export const isDue = (
  { intervalMs }: Pick<ScoreGate, 'intervalMs'>,
  { soakMs, inconclusiveWithinMs }: Pick<Wave, 'soakMs' | 'inconclusiveWithinMs'>,
  { at, during, after, last }: Omit<ScoreRun, 'since'>,
  now: number,
  overSince: number | undefined,
): boolean => {
  if (last.verdict === 'fail') return false;
  const isOver = overSince !== undefined;
  if ((isOver ? after : during) >= MOST) return false;
  if (isOver && (after === 0 || at < overSince)) return true;
  if (isOver && last.verdict === 'pass') return false;
  return now >= at + Math.max(intervalMs, (isOver ? inconclusiveWithinMs : soakMs) / MOST);
};

/** Not a pass, since nothing was compared; and in nobody's way, since a first release on a target could never be. */
const withoutBaseline = (
  gate: string,
  { pass }: ScoreGate,
  target: string,
  window: { readonly from: number; readonly to: number },
): Judgement => {
  const because = `gate ${gate} on ${target}: no score, as nothing was verified here before that it could be compared with; it stops nothing`;
  return {
    ...{ gate, kind: 'score', target, verdict: 'inconclusive', because, threshold: pass, window, samples: 0 },
    isUnasked: true,
    effect: 'report',
  };
};

const keyOf = (ref: WaveRef, gate: string, target: string) => ({
  partition: `rollout#${ref.rollout}`,
  sort: `score#${ref.wave}#${ref.direction}#${gate}#${target}`,
});

const readRun = async (
  ref: WaveRef,
  gate: string,
  target: string,
  since: number,
  { ledger }: Pick<Outside, 'ledger'>,
): Promise<ScoreRun | undefined> => {
  const row = await ledger.get(keyOf(ref, gate, target));
  const run = row === undefined ? undefined : stored<ScoreRun>(row);
  return run?.since === since ? run : undefined;
};

/** Keeps what a look said. Of two that looked at once only the first is kept, and speaks. */
const keepRun = async (
  ref: WaveRef,
  last: Judgement,
  { since, at, isOver }: { readonly since: number; readonly at: number; readonly isOver: boolean },
  seen: ScoreRun | undefined,
  { ledger }: Pick<Outside, 'ledger'>,
): Promise<Judgement> => {
  const during = (seen?.during ?? 0) + (isOver ? 0 : 1);
  const after = (seen?.after ?? 0) + (isOver ? 1 : 0);
  const row = await update(ledger, keyOf(ref, last.gate, last.target ?? ''), (current) => {
    const run = current === undefined ? undefined : stored<ScoreRun>(current);
    const isOthers = run !== undefined && run.since >= since && run.at !== seen?.at;
    return isOthers ? undefined : { since, at, during, after, last };
  });
  return row === undefined ? last : stored<ScoreRun>(row).last;
};
