import { z } from 'zod';
import type { Target } from '../rollout/target.ts';
import { checkPlaceholders } from './check-gates.ts';
import { unknownEntry } from './check-waves.ts';
import type { Entries } from './entries.ts';
import { pointerOf, valueAt } from './pointer.ts';
import type { Finding } from './problem.ts';
import { alertRuleSchema } from './schema-alerts.ts';
import { selectTargets } from './targets.ts';

/**
 * Rules for alerts that lead nowhere: waves and services that are not there, labels that no target has, placeholders without a value. Rules that
 * are unsound in themselves are found by the shape. `targets`: absent where not all are sound.
 */
export const checkAlertRules = (
  value: unknown,
  { waves, services }: Entries,
  targets: readonly Target[] | undefined,
): readonly Finding[] => {
  const written = z.array(z.unknown()).safeParse(valueAt(value, ['alerts']));
  const waveNames = new Set([...waves.sound.values()].map(({ name }) => name));
  return (written.data ?? []).flatMap((entry, at): readonly Finding[] => {
    const rule = alertRuleSchema.safeParse(entry).data;
    if (rule === undefined) return [];
    if ('wave' in rule) return unknownName(['alerts', at, 'wave'], 'UNKNOWN_WAVE', 'wave', rule.wave, waveNames);
    if ('service' in rule)
      return unknownName(['alerts', at, 'service'], 'UNKNOWN_SERVICE', 'service', rule.service, services.names);
    if (targets === undefined) return [];
    const meant = selectTargets(rule.targets, targets);
    if (meant.length === 0) {
      const what = `no target has ${JSON.stringify(rule.targets)}`;
      const path = pointerOf(['alerts', at, 'targets']);
      return [{ code: 'ALERT_NOWHERE', path, what, expected: 'labels that at least one target has' }];
    }
    return Object.entries(rule.labels).flatMap(([label, text]) =>
      checkPlaceholders(['alerts', String(at), 'labels', label], text, meant),
    );
  });
};

const unknownName = (
  at: readonly PropertyKey[],
  code: string,
  what: 'wave' | 'service',
  name: string,
  names: ReadonlySet<string>,
): readonly Finding[] =>
  names.has(name)
    ? []
    : [unknownEntry(code, pointerOf(at), `${what} ${JSON.stringify(name)}`, `${what}s`, name, names)];
