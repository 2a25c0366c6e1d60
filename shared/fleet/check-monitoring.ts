import type { Target } from '../rollout/target.ts';
import type { GateEntry, WaveEntry } from './config.ts';
import type { Entries } from './entries.ts';
import { pointerOf, valueAt } from './pointer.ts';
import type { Finding } from './problem.ts';
import { selectTargets } from './targets.ts';

/** What a wave that must be watched must have, and by what it is told. Gates that only report are none. */
const needed: readonly (readonly [what: string, is: (gate: GateEntry) => boolean])[] = [
  ['an availability probe', (gate) => 'probe' in gate && gate.mustFail === undefined],
  ['a gate of errors (errors and requests)', (gate) => 'metric' in gate && 'errors' in gate.metric],
  ['a gate of alerts', (gate) => 'alerts' in gate],
];

/**
 * What waves lack that must be watched: those that say `monitoring: required`, and with it on the fleet all that have a target labelled
 * `stage: external` or ask for an approval. `targets`: absent where not all are sound. Keeps silent about waves with gates it does not know.
 */
export const checkMonitoring = (
  { waves, gates }: Entries,
  targets: readonly Target[] | undefined,
  value: unknown,
): readonly Finding[] => {
  const isAsked = valueAt(value, ['monitoring']) === 'required';
  const isExternal = (wave: WaveEntry): boolean =>
    wave.approval !== undefined ||
    selectTargets(wave.targets, targets ?? []).some(({ labels }) => labels.stage === 'external');
  return [...waves.sound].flatMap(([index, wave]): readonly Finding[] => {
    if (wave.monitoring !== 'required' && !(isAsked && isExternal(wave))) return [];
    const known = wave.gates.map((name) => gates.sound.get(name));
    if (known.includes(undefined)) return [];
    const blocking = known.flatMap((gate) => (gate === undefined || gate.effect === 'report' ? [] : [gate]));
    const missing = needed.filter(([, is]) => !blocking.some(is)).map(([what]) => what);
    if (missing.length === 0) return [];
    const what = `wave ${wave.name} must be watched (monitoring: required) and lacks ${missing.join(' and ')}`;
    const expected = needed.map(([each]) => each).join(', ');
    return [{ code: 'MONITORING', path: pointerOf(['waves', index, 'gates']), what, expected }];
  });
};
