/** The conclusion about a gate. Only `pass` opens it; no data is never a pass. */
export type Verdict = 'pass' | 'fail' | 'error' | 'inconclusive';

/** A verdict with all that led to it: what a person at 3 a.m. needs to believe it or to doubt it. */
export interface Judgement {
  readonly gate: string;
  readonly kind: GateKind;
  /** The target it speaks of; absent where it speaks of the wave as a whole. */
  readonly target?: string;
  readonly verdict: Verdict;
  /** One sentence: subject, value found, what was expected. */
  readonly because: string;
  /** The query or the address that was asked, placeholders filled in. */
  readonly query?: string;
  readonly source?: string;
  readonly value?: number;
  readonly threshold?: number;
  /** Epoch milliseconds the samples span. */
  readonly window?: { readonly from: number; readonly to: number };
  readonly samples?: number;
  /** Requests that it still takes to know, all of them clean. */
  readonly stillNeeded?: number;
  /** It speaks of a comparison with a baseline, and not of the gate's thresholds. */
  readonly isComparison?: true;
  /** Nothing was asked, as there is nothing to compare with yet. With `effect: report`: it is in nobody's way, and would not have been. */
  readonly isUnasked?: true;
  /** `report`: shown and told, and never in the way. */
  readonly effect?: 'report';
}

export type GateKind =
  | 'probe'
  | 'metric'
  | 'score'
  | 'alerts'
  | 'budget'
  | 'test'
  | 'approval'
  | 'window'
  | 'soak'
  | 'policy'
  | 'flag';

const gravity: Readonly<Record<Verdict, number>> = { pass: 0, inconclusive: 1, error: 2, fail: 3 };

/** The gravest verdict of several. Of none: inconclusive, because nothing was measured. */
export const worstVerdict = (verdicts: readonly Verdict[]): Verdict =>
  verdicts.reduce<Verdict | undefined>(
    (worst, verdict) => (worst === undefined || gravity[verdict] > gravity[worst] ? verdict : worst),
    undefined,
  ) ?? 'inconclusive';
