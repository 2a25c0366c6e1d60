import type { Refusal } from '../apply/refusals.ts';

/** Why targets refuse a plan: what people read first, and everything. */
export interface Refused {
  /** The first five reasons, the others counted. */
  readonly text: string;
  /** One line per reason, fifty at most, with every target it holds for. */
  readonly lines: readonly string[];
  /** Lines that are not listed. */
  readonly more: number;
}

const named = 5;
const listed = 50;
/** Targets of one reason that are named; a page of names is read by nobody. */
const namedTargets = 100;

/**
 * What targets refuse, as lines for a history: one for each reason, in the order of the first target that gives it, with the others
 * that give it too. Pure.
 */
export const describeRefused = (refused: ReadonlyMap<string, readonly Pick<Refusal, 'because'>[]>): Refused => {
  const targetsOf = new Map<string, string[]>();
  for (const target of [...refused.keys()].sort()) {
    for (const { because } of refused.get(target) ?? []) {
      targetsOf.set(because, [...(targetsOf.get(because) ?? []), target]);
    }
  }
  const lines = [...targetsOf].map(([because, [first = '', ...others]]) => `${first}: ${because}${alsoOn(others)}`);
  const rest = lines.length - named;
  return {
    text: `${lines.slice(0, named).join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`,
    lines: lines.slice(0, listed),
    more: Math.max(0, lines.length - listed),
  };
};

const alsoOn = (others: readonly string[]): string => {
  const [shown, rest] = [others.slice(0, namedTargets), others.length - namedTargets];
  return others.length === 0 ? '' : ` (also on ${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''})`;
};
