import type { Release } from '../rollout/release.ts';
import type { Target } from '../rollout/target.ts';
import type { Judgement } from '../rollout/verdict.ts';
import type { Wave } from '../rollout/wave.ts';
import { type GateTools, metricGates } from './gate-tools.ts';
import { inTurns } from './in-turns.ts';

/** Queries at the same time: they mostly go to one metric store, which is not ours to load. */
const concurrency = 8;

/** Judges every metric gate of a wave on every target; in the order of gates, then targets. */
export const measureMetrics = async (
  release: Release,
  wave: Wave,
  targets: readonly Target[],
  tools: Pick<GateTools, 'measureMetric'>,
  signal: AbortSignal,
): Promise<readonly Judgement[]> => {
  const asked = Object.entries(metricGates(release, wave)).flatMap(([name, gate]) =>
    targets.map((target) => ({ name, gate, target })),
  );
  const judgements = new Map<(typeof asked)[number], Judgement>();
  await inTurns(asked, concurrency, async (item) => {
    const { name, gate, target } = item;
    const source = release.metrics[gate.source];
    judgements.set(
      item,
      source === undefined
        ? {
            gate: name,
            kind: 'metric',
            target: target.name,
            verdict: 'error',
            because: `metric source ${gate.source} is not in the release`,
          }
        : await tools.measureMetric(name, gate, source, target, signal),
    );
  });
  return asked.flatMap((item) => judgements.get(item) ?? []);
};
