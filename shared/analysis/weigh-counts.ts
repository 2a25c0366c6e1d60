import type { WeighEvidence } from '../rollout/gate.ts';
import { assessObjective } from './assess-objective.ts';
import { weighEvidence } from './e-process.ts';

/** Judges counts by the test of their gate, at any moment and as often as one likes. Throws `CountsInvalid`. */
export const weighCounts: WeighEvidence = (counts, allowed, test) =>
  test.kind === 'objective' ? weighObjective(counts, allowed, test) : weighEvidence(counts, allowed, test);

/**
 * Whether an objective is `met`, `broken` or `unknown`, which is inconclusive. Broken is said by the evidence of `weighEvidence`, so that
 * every look may stop; met by the exact bound with confidence 1 - level of this one gate and target: 299,572 clean requests for
 * 99.999 % at 95 %. That is a statement of one moment: who waits for it and looks again gets it wrongly somewhat more often.
 */
const weighObjective: WeighEvidence = (counts, allowed, test) => {
  const confidence = 1 - test.level;
  const { state, upper, requests, failures, stillNeeded } = assessObjective(counts, allowed, confidence);
  const evidence = weighEvidence(counts, allowed, test);
  const subject = `an objective of at most ${allowed}`;
  if (evidence.verdict === 'fail') return { verdict: 'fail', because: `${subject} is broken: ${evidence.because}` };
  const shown = `${failures} of ${requests} failed, a share of at most ${rounded(upper)} (${rounded(100 * confidence)} %)`;
  if (state === 'met') return { verdict: 'pass', because: `${subject} is met: ${shown}` };
  const because = `${subject} is unknown: ${shown}, ${stillNeeded} more clean requests would show it`;
  return { verdict: 'inconclusive', because, stillNeeded };
};

const rounded = (value: number): string => String(Number(value.toPrecision(3)));
