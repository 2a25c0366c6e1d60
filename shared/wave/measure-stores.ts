import type { AlertGate, MetricGate } from '../rollout/gate.ts';
import { placeholdersOf } from '../rollout/placeholders.ts';
import type { Release } from '../rollout/release.ts';
import type { Target } from '../rollout/target.ts';
import type { Judgement } from '../rollout/verdict.ts';
import type { Wave } from '../rollout/wave.ts';
import { alertGates, type GateTools, metricGates } from './gate-tools.ts';
import { inTurns } from './in-turns.ts';

/** Questions at the same time: they mostly go to one store, which is not ours to load. */
const CONCURRENCY = 8;
/** Those that read the targets themselves, each another, and wait between two readings. */
const SCRAPES = 64;

type Tools = Pick<GateTools, 'measureMetric' | 'measureAlerts'>;

/** One question about a gate, and whether it is one to the target itself. */
interface Asked {
  readonly scrapes: boolean;
  judge(): Promise<Judgement>;
}

/**
 * Judges every gate of a wave that a metric store answers, metrics and alerts, on every target; in the order of gates, then targets.
 * Alerts whose labels are the same for all targets are asked for once.
 */
export const measureStores = async (
  release: Release,
  wave: Wave,
  targets: readonly Target[],
  tools: Tools,
  signal: AbortSignal,
): Promise<readonly Judgement[]> => {
  const scrapes = ({ source }: MetricGate): boolean => {
    const store = release.metrics[source];
    return store !== undefined && ('scrape' in store || 'pods' in store);
  };
  const asked: readonly Asked[] = [
    ...Object.entries(metricGates(release, wave)).flatMap(([name, gate]) =>
      targets.map((target) => ({
        scrapes: scrapes(gate),
        judge: () => judgeMetric(name, gate, target, release, tools, signal),
      })),
    ),
    ...Object.entries(alertGates(release, wave)).flatMap(([name, gate]) =>
      (isOfOneTarget(gate) ? targets : [undefined]).map((target) => ({
        scrapes: false,
        judge: () => judgeAlerts(name, gate, target, release, tools, signal),
      })),
    ),
  ];
  const judgements = new Map<Asked, Judgement>();
  const judge = async (item: Asked): Promise<void> => {
    judgements.set(item, await item.judge());
  };
  await Promise.all([
    inTurns(
      asked.filter((item) => item.scrapes),
      SCRAPES,
      judge,
    ),
    inTurns(
      asked.filter((item) => !item.scrapes),
      CONCURRENCY,
      judge,
    ),
  ]);
  return asked.flatMap((item) => judgements.get(item) ?? []);
};

/** Whether the labels of a gate say which target is meant. */
export const isOfOneTarget = ({ labels }: Pick<AlertGate, 'labels'>): boolean =>
  Object.values(labels).some((value) => placeholdersOf(value).length > 0);

/** Judges one gate of metrics now. A store that the release does not have is an error: a mistake of ours must not read as a pass. */
const judgeMetric = async (
  name: string,
  gate: MetricGate,
  target: Target,
  release: Release,
  tools: Pick<GateTools, 'measureMetric'>,
  signal: AbortSignal,
): Promise<Judgement> => {
  const source = release.metrics[gate.source];
  if (source === undefined) return noSource(name, gate, target);
  return tools.measureMetric(name, gate, source, target, signal);
};

/** Judges one gate of alerts now, on one target or on all of them; as `judgeMetric`. */
export const judgeAlerts = async (
  name: string,
  gate: AlertGate,
  target: Target | undefined,
  release: Release,
  tools: Pick<GateTools, 'measureAlerts'>,
  signal: AbortSignal,
): Promise<Judgement> => {
  const source = release.metrics[gate.source];
  if (source === undefined) return noSource(name, gate, target);
  return tools.measureAlerts(name, gate, source, target, signal);
};

const noSource = (gate: string, { kind, source }: MetricGate | AlertGate, target: Target | undefined): Judgement => ({
  gate,
  kind,
  ...(target === undefined ? {} : { target: target.name }),
  verdict: 'error',
  because: `metric source ${source} is not in the release`,
});
