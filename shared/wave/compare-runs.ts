import type { Ledger } from '../ledger/ledger.ts';
import { stored, update } from '../ledger/update.ts';
import type { DeploymentRecord, WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import type { Release } from '../rollout/release.ts';
import type { Judgement } from '../rollout/verdict.ts';
import { type GateTools, targetsOf } from './gate-tools.ts';
import type { JudgedRun } from './measure-runs.ts';
import { askAll } from './measure-stores.ts';
import { readBaselines } from './read-baselines.ts';

/**
 * Judges the runs of a wave whose soak is over: what passes its thresholds and has a baseline must not be worse than that either. The
 * thresholds stay: what was bad before is not good for being no worse. Where nothing was verified before there is nothing to compare with.
 * What was concluded once since a write is not asked again while other gates are waited for: each look would cost its level.
 */
export const compareRuns = async (
  ref: WaveRef,
  release: Release,
  runs: readonly Pick<JudgedRun, 'gate' | 'judgement'>[],
  deployed: readonly DeploymentRecord[],
  tools: Pick<GateTools, 'compareMetric'>,
  { ledger }: Pick<Outside, 'ledger'>,
  signal: AbortSignal,
): Promise<readonly Judgement[]> => {
  if (runs.every(({ gate }) => gate.comparison === undefined)) return runs.map(({ judgement }) => judgement);
  const { others, hadBefore } = await readBaselines(ref.rollout, release, ledger);
  return askAll(
    runs.map(({ gate, judgement }) => ({
      scrapes: false,
      ask: async (): Promise<Judgement> => {
        const record = deployed.find(({ target }) => target === judgement.target);
        const source = release.metrics[gate.source];
        const [target] = targetsOf(release, judgement.target === undefined ? [] : [judgement.target]);
        const { comparison } = gate;
        if (comparison === undefined || judgement.verdict !== 'pass') return judgement;
        if (record === undefined || source === undefined || target === undefined) return judgement;
        if (!hadBefore(target.name))
          return {
            ...judgement,
            because: `${judgement.because}; compared with nothing, as nothing was verified here before`,
          };
        const { startedAt: before, endedAt: since } = record;
        const order = { name: judgement.gate, gate, source, target, comparison, since, before, others };
        const compared = await comparedOnce(ref, since, judgement, () => tools.compareMetric(order, signal), ledger);
        if (compared.verdict !== 'pass') return { ...compared, isComparison: true };
        return { ...judgement, because: `${judgement.because}; ${compared.because.replace(/^gate .*?: /, '')}` };
      },
    })),
  );
};

/** The comparison that a gate on a target has concluded by since its last write, or a new one, kept where it concludes. */
const comparedOnce = async (
  ref: WaveRef,
  since: number,
  { gate, target = '' }: Judgement,
  compare: () => Promise<Judgement>,
  ledger: Ledger,
): Promise<Judgement> => {
  const key = { partition: `rollout#${ref.rollout}`, sort: `compared#${ref.wave}#${ref.direction}#${gate}#${target}` };
  const row = await ledger.get(key);
  const kept = row === undefined ? undefined : stored<KeptComparison>(row);
  if (kept?.since === since) return kept.compared;
  const compared = await compare();
  if (compared.verdict === 'pass' || compared.verdict === 'fail')
    await update(ledger, key, () => ({ since, compared }));
  return compared;
};

interface KeptComparison {
  readonly since: number;
  readonly compared: Judgement;
}
