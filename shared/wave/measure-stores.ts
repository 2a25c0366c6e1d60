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

/** One gate on one target, or on the wave as a whole. */
interface Asked {
  readonly name: string;
  readonly gate: MetricGate | AlertGate;
  readonly target?: Target;
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
  const onEach = (name: string, gate: MetricGate | AlertGate): readonly Asked[] =>
    targets.map((target) => ({ name, gate, target }));
  const asked = [
    ...Object.entries(metricGates(release, wave)).flatMap(([name, gate]) => onEach(name, gate)),
    ...Object.entries(alertGates(release, wave)).flatMap(([name, gate]) =>
      isOfOneTarget(gate) ? onEach(name, gate) : [{ name, gate }],
    ),
  ];
  const judgements = new Map<Asked, Judgement>();
  const judge = async (item: Asked): Promise<void> => {
    judgements.set(item, await measureOne(item, release, tools, signal));
  };
  const scrapes = ({ gate }: Asked): boolean => {
    const source = release.metrics[gate.source];
    return source !== undefined && ('scrape' in source || 'pods' in source);
  };
  await Promise.all([
    inTurns(asked.filter(scrapes), SCRAPES, judge),
    inTurns(
      asked.filter((item) => !scrapes(item)),
      CONCURRENCY,
      judge,
    ),
  ]);
  return asked.flatMap((item) => judgements.get(item) ?? []);
};

/** Whether the labels of a gate say which target is meant. */
export const isOfOneTarget = ({ labels }: Pick<AlertGate, 'labels'>): boolean =>
  Object.values(labels).some((value) => placeholdersOf(value).length > 0);

/** Judges one gate now. A store that the release does not have is an error: a mistake of ours must not read as a pass. */
export const measureOne = async (
  { name, gate, target }: Asked,
  release: Release,
  tools: Tools,
  signal: AbortSignal,
): Promise<Judgement> => {
  const source = release.metrics[gate.source];
  const of = target === undefined ? {} : { target: target.name };
  const because = `metric source ${gate.source} is not in the release`;
  if (source === undefined) return { gate: name, kind: gate.kind, ...of, verdict: 'error', because };
  if (gate.kind === 'alerts') return tools.measureAlerts(name, gate, source, target, signal);
  if (target !== undefined) return tools.measureMetric(name, gate, source, target, signal);
  return { gate: name, kind: gate.kind, verdict: 'error', because: `gate ${name} has no target to be measured on` };
};
