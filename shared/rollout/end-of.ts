import type { End } from './outcome.ts';

/** How a target that a rollout began to change stands at its end. */
export type Standing = 'new' | 'back' | 'kept';

export interface EndFacts {
  /** The outcome of the step that ended the rollout. */
  readonly outcome: 'passed' | 'failed' | 'aborted' | 'refused' | 'superseded';
  readonly because: string;
  /** Of every target that was begun: it has the new release, is back on what it had, or keeps something between. */
  readonly standings: Readonly<Record<string, Standing>>;
  /** Targets that never took the release although their waves passed. */
  readonly debt: readonly string[];
}

/**
 * The one end of a rollout. | passed, no debt: succeeded | passed with debt: partial | refused or superseded with nothing begun: as it
 * is | all that was begun is back: rolled_back | superseded: superseded | aborted with nothing begun: aborted | else: failed |.
 */
export const endOf = (facts: EndFacts): { readonly outcome: End; readonly because: string } => {
  const standings = Object.entries(facts.standings);
  if (facts.outcome === 'passed') {
    return facts.debt.length === 0
      ? { outcome: 'succeeded', because: `${standings.length} targets have the release, verified` }
      : { outcome: 'partial', because: `not on the release: ${facts.debt.join(', ')}` };
  }
  if (standings.length === 0) return { outcome: facts.outcome, because: facts.because };
  const kept = standings.filter(([, standing]) => standing !== 'back').map(([target]) => target);
  if (kept.length === 0) return { outcome: 'rolled_back', because: facts.because };
  if (facts.outcome === 'superseded') return { outcome: 'superseded', because: facts.because };
  const held = `${facts.because}; not back: ${kept.slice(0, 10).join(', ')}${kept.length > 10 ? ` and ${kept.length - 10} more` : ''}`;
  return {
    outcome: facts.outcome === 'aborted' && kept.length === standings.length ? 'aborted' : 'failed',
    because: held,
  };
};
