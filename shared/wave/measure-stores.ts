import { inTurns } from '../outside/in-turns.ts';
import type { AlertGate, MetricGate } from '../rollout/gate.ts';
import { placeholdersOf } from '../rollout/placeholders.ts';
import type { Release } from '../rollout/release.ts';
import type { Target } from '../rollout/target.ts';
import type { Judgement } from '../rollout/verdict.ts';
import type { Wave } from '../rollout/wave.ts';
import { alertGates, type GateTools, type MeasuredMetric, metricGates } from './gate-tools.ts';

/** Questions at the same time: they mostly go to one store, which is not ours to load. */
const CONCURRENCY = 8;
/** Those that read the targets themselves, each another, and wait between two readings. */
const SCRAPES = 64;

type Tools = Pick<GateTools, 'measureMetric' | 'measureProbed' | 'measureAlerts'>;

/** One question to a metric store, and whether it is one to the target itself. */
export interface Asked<Answer> {
  readonly scrapes: boolean;
  ask(): Promise<Answer>;
}

/**
 * Judges every gate of a wave that a metric store answers, metrics and alerts, once on every target; in the order of gates, then targets.
 */
export const measureStores = async (
  release: Release,
  wave: Wave,
  targets: readonly Target[],
  tools: Tools,
  signal: AbortSignal,
): Promise<readonly Judgement[]> => {
  const metrics = Object.entries(metricGates(release, wave)).flatMap(([name, gate]) =>
    targets.map((target) => ({
      scrapes: scrapes(release, gate),
      ask: async () => (await measureOne(name, gate, target, release, tools, signal)).judgement,
    })),
  );
  return askAll([...metrics, ...alertQuestions(release, wave, targets, tools, signal)]);
};

/** Judges every gate of alerts of a wave. Alerts whose labels are the same for all targets are asked for once. */
export const measureAlertGates = (
  release: Release,
  wave: Wave,
  targets: readonly Target[],
  tools: Pick<GateTools, 'measureAlerts'>,
  signal: AbortSignal,
): Promise<readonly Judgement[]> => askAll(alertQuestions(release, wave, targets, tools, signal));

const alertQuestions = (
  release: Release,
  wave: Wave,
  targets: readonly Target[],
  tools: Pick<GateTools, 'measureAlerts'>,
  signal: AbortSignal,
): readonly Asked<Judgement>[] =>
  Object.entries(alertGates(release, wave)).flatMap(([name, gate]) =>
    (isOfOneTarget(gate) ? targets : [undefined]).map((target) => ({
      scrapes: false,
      ask: () => judgeAlerts(name, gate, target, release, tools, signal),
    })),
  );

/** Whether a gate is measured at the targets themselves, and not at a store that knows them all. */
export const scrapes = (release: Release, { source }: MetricGate): boolean => {
  const store = release.metrics[source];
  return store !== undefined && ('scrape' in store || 'pods' in store);
};

/** Asks all of them, some at a time; answers in the order of the questions. */
export const askAll = async <Answer>(asked: readonly Asked<Answer>[]): Promise<readonly Answer[]> => {
  const answers = new Map<Asked<Answer>, Answer>();
  const ask = async (item: Asked<Answer>): Promise<void> => {
    answers.set(item, await item.ask());
  };
  await Promise.all([
    inTurns(
      asked.filter((item) => item.scrapes),
      SCRAPES,
      ask,
    ),
    inTurns(
      asked.filter((item) => !item.scrapes),
      CONCURRENCY,
      ask,
    ),
  ]);
  return asked.flatMap((item) => answers.get(item) ?? []);
};

/** Whether the labels of a gate say which target is meant. */
export const isOfOneTarget = ({ labels }: Pick<AlertGate, 'labels'>): boolean =>
  Object.values(labels).some((value) => placeholdersOf(value).length > 0);

/** Measures one gate of metrics now. A store that the release does not have is an error: a mistake of ours must not read as a pass. */
export const measureOne = async (
  name: string,
  gate: MetricGate,
  target: Target,
  release: Release,
  tools: Pick<GateTools, 'measureMetric' | 'measureProbed'>,
  signal: AbortSignal,
): Promise<MeasuredMetric> => {
  if (gate.probe !== undefined) return tools.measureProbed(name, gate, gate.probe, target);
  const source = release.metrics[gate.source];
  if (source === undefined) return { judgement: noSource(name, gate, target) };
  return tools.measureMetric(name, gate, source, target, signal);
};

/** Judges one gate of alerts now, on one target or on all of them; as `measureOne`. */
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
