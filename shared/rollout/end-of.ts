import type { End } from './outcome.ts';

/**
 * How a target that a rollout began to change stands at its end: it has the release, verified; it is back on what it had; it keeps
 * something between; or, verified, it has passed on to another rollout since.
 */
export type Standing = 'new' | 'back' | 'kept' | 'passed-on';

export interface EndFacts {
  /** The outcome of the step that ended the rollout. */
  readonly outcome: 'passed' | 'failed' | 'aborted' | 'held' | 'refused' | 'superseded';
  readonly because: string;
  /** Of every target that was begun. */
  readonly standings: Readonly<Record<string, Standing>>;
  /** Targets that never took the release although their waves passed. */
  readonly debt: readonly string[];
  /** Whether all flags that it has set are back, or some are not. Absent where it has set none. */
  readonly flags?: 'back' | 'kept';
}

/**
 * The one end of a rollout. | passed, no debt, every target new or passed on: succeeded | passed otherwise: partial | refused or superseded
 * with nothing begun: as it is | held with nothing begun: aborted | held, with its code where only flags went back: partial | nothing begun but flags,
 * and they are back: rolled_back | all that was begun is back: rolled_back | held: partial | superseded: superseded | aborted with nothing begun: aborted |
 * else: failed |.
 */
export const endOf = (facts: EndFacts): { readonly outcome: End; readonly because: string } => {
  const standings = Object.entries(facts.standings);
  const standing = (...wanted: readonly Standing[]): readonly string[] =>
    standings.filter(([, each]) => wanted.includes(each)).map(([target]) => target);
  if (facts.outcome === 'passed') {
    const without = [...new Set([...facts.debt, ...standing('kept', 'back')])];
    if (without.length > 0) return { outcome: 'partial', because: `not on the release: ${without.join(', ')}` };
    const gone = standing('passed-on').length;
    const since = gone === 0 ? '' : `; ${gone} had it and passed on to another rollout since`;
    return { outcome: 'succeeded', because: `${standing('new').length} targets have the release, verified${since}` };
  }
  if (standings.length === 0) {
    if (facts.flags === 'back') return { outcome: 'rolled_back', because: facts.because };
    return { outcome: facts.outcome === 'held' ? 'aborted' : facts.outcome, because: facts.because };
  }
  const kept = standing('new', 'kept');
  if (kept.length === 0) return { outcome: 'rolled_back', because: facts.because };
  const named = `${kept.slice(0, 10).join(', ')}${kept.length > 10 ? ` and ${kept.length - 10} more` : ''}`;
  if (facts.outcome === 'held') return { outcome: 'partial', because: `${facts.because}; stays on ${named}` };
  if (facts.outcome === 'superseded') return { outcome: 'superseded', because: facts.because };
  return {
    outcome: facts.outcome === 'aborted' && kept.length === standings.length ? 'aborted' : 'failed',
    because: `${facts.because}; not back: ${named}`,
  };
};
