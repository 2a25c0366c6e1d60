import { kindOf } from '../rollout/metric-source.ts';
import type { AssessQuery } from './assess-query.ts';
import { checkBaseline, checkMetric, sourceWord, storeAt } from './check-queries.ts';
import type { GateEntry, WaveEntry } from './config.ts';
import type { Entries } from './entries.ts';
import { nearestOf } from './nearest.ts';
import { pointerOf } from './pointer.ts';
import type { Finding } from './problem.ts';

type Score = Extract<GateEntry, { score: unknown }>['score'];

/**
 * What is wrong with a score: the weights of its groups, the stores of its metrics, what it asks of them, and the baseline they can not
 * give.
 */
export const checkScore = (
  name: string,
  gate: GateEntry,
  users: readonly WaveEntry[],
  metrics: Entries['metrics'],
  value: unknown,
  assess: AssessQuery,
): readonly Finding[] => {
  if (!('score' in gate)) return [];
  const { score } = gate;
  return [
    ...checkWeights(name, score),
    ...Object.entries(score.metrics).flatMap(([metric, asked]): readonly Finding[] => {
      const at = ['gates', name, 'score', 'metrics', metric];
      const path = sourceWord(at, value);
      const found = storeAt(asked.source, path, metrics);
      if ('findings' in found) return found.findings;
      const plain = { metric: asked, at, isBurn: false, hasTwoThresholds: false };
      return [
        ...checkMetric(plain, users, found.store, path, assess),
        // Of what has no metrics at all that is said already.
        ...(kindOf(found.store) === 'alertmanager' ? [] : checkBaseline(asked.source, found.store, path)),
      ];
    }),
  ];
};

/** Weights are of groups that there are, and 100 together, so that each is a share as it is written. */
const checkWeights = (name: string, { groups, metrics }: Score): readonly Finding[] => {
  const known = new Set(Object.entries(metrics).map(([metric, { group = metric }]) => group));
  const at = ['gates', name, 'score', 'groups'];
  const unknown = Object.keys(groups).filter((group) => !known.has(group));
  if (unknown.length > 0)
    return unknown.map((group) => {
      const nearest = nearestOf(group, known);
      const what = `there is no metric of group ${JSON.stringify(group.slice(0, 80))}`;
      const path = pointerOf([...at, group]);
      const finding = { code: 'GATE_INVALID', path, what, expected: `one of ${[...known].join(', ')}` };
      return nearest === undefined ? finding : { ...finding, nearest };
    });
  const taken = Object.values(groups).reduce((sum, weight) => sum + weight, 0);
  const others = [...known].filter((group) => groups[group] === undefined);
  const isSound = others.length === 0 ? Math.abs(taken - 100) < 1e-6 : taken < 100;
  if (isSound) return [];
  const what =
    others.length === 0
      ? `the weights of all groups are ${taken} together`
      : `${taken} leaves no weight for ${others.join(', ')}`;
  const expected = others.length === 0 ? '100 together' : 'less than 100 together';
  return [{ code: 'GATE_INVALID', path: pointerOf(at), what, expected }];
};
