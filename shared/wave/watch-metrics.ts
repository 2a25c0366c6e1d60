import { readDeployments, readWave, type WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import type { Release } from '../rollout/release.ts';
import type { Wave } from '../rollout/wave.ts';
import { type Beside, beside } from './beside.ts';
import { type GateTools, metricGates, scoreGates } from './gate-tools.ts';
import { withFlags } from './last-write.ts';
import { measureRuns } from './measure-runs.ts';
import { scoreRuns } from './score-runs.ts';
import { stopFor } from './stop-for.ts';

/**
 * The watch over a wave's gates of metrics and scores; `undefined` where it has none. The first that fails sets the wave's stop flag;
 * what is inconclusive stops nothing here. Pods are left to the exit gates, whose function may open targets.
 */
export const watchMetrics = (
  ref: WaveRef,
  release: Release,
  wave: Wave,
  tools: Pick<GateTools, 'measureMetric' | 'measureProbed' | 'measureClusters' | 'assessPooled' | 'measureScore'>,
  outside: Pick<Outside, 'ledger' | 'clock'>,
  signal: AbortSignal,
): Beside<void> | undefined => {
  const asked = { ...metricGates(release, wave), ...scoreGates(release, wave) };
  if (Object.keys(asked).length === 0) return undefined;
  return beside(async (_, until) => {
    const deployments = [...(await readDeployments(outside.ledger, ref)).values()];
    const progress = await readWave(outside.ledger, ref);
    const deployed = deployments.filter(({ outcome }) => outcome === 'deployed');
    const since = new Map(deployed.map((each) => [each.target, withFlags(each, progress).endedAt]));
    const before = new Map(deployed.map(({ target, startedAt }) => [target, startedAt]));
    const runs = await measureRuns(ref, release, wave, { since, before, opensTargets: false }, tools, outside, until);
    const scores = await scoreRuns(ref, release, wave, { since, before }, tools, outside, until);
    const ill = [...runs.map(({ judgement }) => judgement), ...scores].find(
      ({ gate, verdict }) => verdict === 'fail' && release.gates[gate]?.effect !== 'report',
    );
    if (ill !== undefined) await stopFor(ref, ill, outside);
  }, signal);
};
