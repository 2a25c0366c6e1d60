import { PLACEHOLDERS, placeholdersOf, placeholderValue } from '../rollout/placeholders.ts';
import type { Target } from '../rollout/target.ts';
import type { AssessQuery } from './assess-query.ts';
import { checkAskedOver, withShortestWindow } from './check-asked-over.ts';
import { checkProbed } from './check-probed.ts';
import { checkBaseline, checkQueries, sourceOf, sourcePath } from './check-queries.ts';
import { checkScore } from './check-score.ts';
import type { GateEntry, MetricsEntry, WaveEntry } from './config.ts';
import { durationMs } from './duration.ts';
import type { Entries } from './entries.ts';
import { nearestOf } from './nearest.ts';
import { pointerOf, valueAt } from './pointer.ts';
import type { Finding } from './problem.ts';
import { selectTargets } from './targets.ts';

/** What is wrong between gates, the stores they ask, and the waves and targets they are judged for. `value`: as it was written. */
export const checkGates = (
  { gates, metrics, waves }: Entries,
  targets: readonly Target[] | undefined,
  value: unknown,
  assess: AssessQuery,
): readonly Finding[] =>
  [...gates.sound].flatMap(([name, gate]) => {
    const users = [...waves.sound.values()].filter((wave) => wave.gates.includes(name));
    const askedOf = (targets && users.flatMap((wave) => selectTargets(wave.targets, targets))) ?? [];
    const source = sourceOf(gate);
    const store = source === undefined ? undefined : metrics.sound.get(source);
    return [
      ...checkQueries(name, gate, users, metrics, value, assess),
      ...checkScore(name, gate, users, metrics, value, assess),
      ...textsOf(gate).flatMap(({ field, text }) => checkPlaceholders(['gates', name, ...field], text, askedOf)),
      ...addressOf(store).flatMap((text) => checkPlaceholders(sourcePath(name, gate, value), text, askedOf)),
      ...checkInterval(name, gate, users, value),
      ...checkCount(name, gate, users),
      ...checkCompared(name, gate, store),
      ...checkAskedOver(name, gate, store),
      ...checkProbed(name, gate, gates),
      ...checkTest(name, gate, users),
    ];
  });

/** The address of a store in which placeholders are filled in. */
const addressOf = (store: MetricsEntry | undefined): readonly string[] => {
  if (store === undefined) return [];
  return 'json' in store ? [store.json] : 'scrape' in store ? [store.scrape] : [];
};

/** The texts of a gate in which placeholders are filled in. */
const textsOf = (gate: GateEntry): readonly { readonly field: readonly string[]; readonly text: string }[] => {
  if ('alerts' in gate)
    return Object.entries(gate.alerts.labels).map(([label, text]) => ({ field: ['alerts', 'labels', label], text }));
  if ('tests' in gate) {
    const { tests } = gate;
    if ('callback' in tests) return [{ field: ['tests', 'callback'], text: tests.callback }];
    const inputs = 'workflow' in tests ? Object.entries(tests.inputs) : [];
    return inputs.map(([input, text]) => ({ field: ['tests', 'inputs', input], text }));
  }
  if ('score' in gate)
    return Object.entries(gate.score.metrics).flatMap(([metric, asked]) =>
      queriesIn(asked).map(({ key, text }) => ({ field: ['score', 'metrics', metric, key], text })),
    );
  const [kind, texts] =
    'probe' in gate
      ? (['probe', gate.probe] as const)
      : 'budget' in gate
        ? (['budget', gate.budget] as const)
        : (['metric', gate.metric] as const);
  return queriesIn(texts).map(({ key, text }) => ({ field: [kind, key], text: withShortestWindow(gate, text) }));
};

/** The texts of what is probed or asked, by their keys. */
const queriesIn = (texts: unknown): readonly { readonly key: string; readonly text: string }[] =>
  ['http', 'tcp', 'tls', 'dns', 'grpc', 'ws', 'stream', 'query', 'errors', 'requests'].flatMap((key) => {
    const text = valueAt(texts, [key]);
    return typeof text === 'string' ? [{ key, text }] : [];
  });

/** Placeholders of a text that nothing is known to fill in for, or that one of the targets has no value for. */
export const checkPlaceholders = (
  at: readonly string[],
  text: string,
  targets: readonly Target[],
): readonly Finding[] =>
  placeholdersOf(text).flatMap((placeholder): readonly Finding[] => {
    const path = pointerOf(at);
    if (!placeholder.startsWith('label.') && !PLACEHOLDERS.some((known) => known === placeholder)) {
      const nearest = nearestOf(placeholder, PLACEHOLDERS);
      const expected = `one of ${PLACEHOLDERS.map((known) => `{${known}}`).join(', ')}`;
      const finding = { code: 'PLACEHOLDER', path, what: `nothing is known to fill in for {${placeholder}}`, expected };
      return [nearest === undefined ? finding : { ...finding, nearest: `{${nearest}}` }];
    }
    const lacking = targets.find((target) => placeholderValue(placeholder, target) === undefined);
    if (lacking === undefined) return [];
    const what = `{${placeholder}} has no value for target ${lacking.name}, which a wave with this gate has`;
    return [{ code: 'PLACEHOLDER', path, what, expected: 'a placeholder that all these targets have a value for' }];
  });

/** An interval that was written and is longer than a soak would mean that nothing is measured in it. */
const checkInterval = (
  name: string,
  gate: GateEntry,
  users: readonly WaveEntry[],
  value: unknown,
): readonly Finding[] => {
  const path = ['gates', name, 'interval'];
  if (!('interval' in gate) || valueAt(value, path) === undefined) return [];
  const short = users.find((wave) => wave.soak !== undefined && durationMs(wave.soak) < durationMs(gate.interval));
  if (short === undefined) return [];
  const what = `it is measured every ${gate.interval}, and wave ${short.name} soaks for ${short.soak}`;
  return [{ code: 'GATE_INVALID', path: pointerOf(path), what, expected: 'an interval within the soak of each wave' }];
};

/** A count that can not be reached before the wave is given up would never let it pass. */
const checkCount = (name: string, gate: GateEntry, users: readonly WaveEntry[]): readonly Finding[] => {
  if (!('metric' in gate) || gate.count === undefined) return [];
  const takesMs = (gate.count - 1) * durationMs(gate.interval);
  const short = users.find(
    ({ soak, inconclusiveWithin }) =>
      (soak === undefined ? 0 : durationMs(soak)) + durationMs(inconclusiveWithin) < takesMs,
  );
  if (short === undefined) return [];
  const what = `${gate.count} measurements every ${gate.interval} take longer than wave ${short.name} soaks and waits for`;
  const expected = 'a count that fits into soak and inconclusiveWithin of each wave';
  return [{ code: 'GATE_INVALID', path: pointerOf(['gates', name, 'count']), what, expected }];
};

/** A test that can not be answered before its wave is given up would never let it pass; a Job of the release is not there before it. */
const checkTest = (name: string, gate: GateEntry, users: readonly WaveEntry[]): readonly Finding[] => {
  if (!('tests' in gate)) return [];
  if ('job' in gate.tests) {
    if (gate.when === 'after') return [];
    const what = `job ${gate.tests.job} is of the release, which is not there before the wave is entered`;
    return [{ code: 'GATE_INVALID', path: pointerOf(['gates', name, 'when']), what, expected: 'after' }];
  }
  const findings: Finding[] = [];
  const withinMs = durationMs(gate.within);
  for (const { name: wave, soak, inconclusiveWithin } of users) {
    const before = gate.when !== 'after' && withinMs > durationMs(inconclusiveWithin);
    const soakMs = soak === undefined ? 0 : durationMs(soak);
    const after = gate.when !== 'before' && withinMs > soakMs + durationMs(inconclusiveWithin);
    if (!before && !after) continue;
    const waits = before
      ? `waits for ${inconclusiveWithin} before it is entered`
      : `soaks and waits for ${(soakMs + durationMs(inconclusiveWithin)) / 1000} s`;
    const what = `it may take ${gate.within}, and wave ${wave} ${waits}`;
    findings.push({
      code: 'GATE_INVALID',
      path: pointerOf(['gates', name, 'within']),
      what,
      expected: 'a time within which each wave waits for it',
    });
  }
  return findings.slice(0, 1);
};

const checkCompared = (name: string, gate: GateEntry, store: MetricsEntry | undefined): readonly Finding[] => {
  if (!('metric' in gate) || 'probe' in gate.metric || gate.baseline === undefined || store === undefined) return [];
  return checkBaseline(gate.metric.source, store, ['gates', name, 'baseline']);
};
