import type { Judgement } from '../../rollout/verdict.ts';
import type { AlertsRead, AlertsUnread } from './alerts-read.ts';

/** Which alerts were asked for, of whom, for which target. */
export interface AlertsAsked {
  readonly gate: string;
  /** Absent where all targets are meant. */
  readonly target?: string;
  /** The labels, as a selector writes them. */
  readonly query: string;
  readonly source: string;
  readonly at: number;
}

/** So many are named; of the others it is said how many they are. */
const NAMED = 3;

/**
 * Judges what a source of alerts says. | one fires: fail | not read, not evaluated, or nothing watches: inconclusive | else: pass |. What
 * fires counts even where something else is not known.
 */
export const assessAlerts = (asked: AlertsAsked, found: AlertsRead | AlertsUnread): Judgement => {
  const { gate, target, query, source, at } = asked;
  const judge = (verdict: Judgement['verdict'], said: string, value?: number, samples?: number): Judgement => ({
    gate,
    kind: 'alerts',
    ...(target === undefined ? {} : { target }),
    verdict,
    because: `gate ${gate}${target === undefined ? '' : ` on ${target}`}: ${said}`,
    query,
    source,
    window: { from: at, to: at },
    threshold: 0,
    ...(value === undefined ? {} : { value }),
    ...(samples === undefined ? {} : { samples }),
  });
  if ('failed' in found) return judge('inconclusive', `alerts ${query} could not be read: ${found.failed}`);
  const { firing, unknown, watching, note } = found;
  const noted = note === undefined ? '' : ` (${note})`;
  if (firing.length > 0)
    return judge(
      'fail',
      `${counted(firing, 'alert fires', 'alerts fire')}, expected none${noted}`,
      firing.length,
      watching,
    );
  if (unknown.length > 0)
    return judge('inconclusive', `${counted(unknown, 'is not known', 'are not known')}${noted}`, undefined, watching);
  if (watching === 0)
    return judge(
      'inconclusive',
      `nothing that could fire with ${query} is there, expected a rule, check or alarm`,
      undefined,
      0,
    );
  return judge('pass', `no alert of ${watching} that could fire with ${query} does${noted}`, 0, watching);
};

const counted = (found: readonly string[], one: string, several: string): string => {
  const named = found.slice(0, NAMED).join('; ');
  const more = found.length > NAMED ? ` and ${found.length - NAMED} more` : '';
  return `${found.length} ${found.length === 1 ? one : several}: ${named}${more}`;
};
