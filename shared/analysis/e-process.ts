import type { WeighEvidence } from '../rollout/gate.ts';
import { effectiveCounts, sayClusters } from './clusters.ts';
import { type Counts, checkCounts } from './counts.ts';
import { logGamma, logUpperGamma } from './special-functions.ts';

/** Shape of the mixture: wide, so that a share far above what is allowed is found as surely as one a little above. */
const SHAPE = 1;
/** The mixture's mean before it is cut off, in units of the allowed share: tuned to shares some times too high. */
const TIMES = 5;

/**
 * ln of the evidence, after so many requests and failures, that more than the share `allowed` (above 0) fails: an e-process, the
 * likelihood ratio against `allowed` mixed over all higher shares by a gamma distribution cut off below it (Poisson counts; Robbins
 * 1970, Ramdas et al. 2023).
 *
 * However often it is looked at, and whenever one stops, it reaches 1 / level with a probability of at most `level` while no more than
 * `allowed` fails (Ville 1939): no plan of looks is needed. Throws `CountsInvalid`.
 */
export const logEvidence = (counts: Counts, allowed: number): number => {
  checkCounts(counts);
  const { requests: n, failures: k } = counts;
  const rate = SHAPE / (TIMES * allowed);
  return (
    SHAPE * Math.log(rate) +
    logGamma(SHAPE + k) -
    logGamma(SHAPE) -
    (SHAPE + k) * Math.log(rate + n) -
    k * Math.log(allowed) +
    allowed * n +
    logUpperGamma(SHAPE + k, (rate + n) * allowed) -
    logUpperGamma(SHAPE, rate * allowed)
  );
};

/**
 * Judges counts since the beginning of a deployment, at any moment and as often as one likes. `fail`: concluded, which happens with a
 * probability of at most `level / (of * looks)` while no more than `allowed` fails. `pass`: the evidence does not point to it.
 * `inconclusive`: it does, and not yet far enough. Failures that came in `clusters` before count for so many causes; that keeps the level
 * about, not exactly. Where it is not known how they cluster, what would conclude were they independent is no pass. Throws
 * `CountsInvalid`.
 */
export const weighEvidence: WeighEvidence = (counts, allowed, { level, of: tests, looks = 1, clusters }) => {
  const of = tests * looks;
  const alone = Math.exp(logEvidence(counts, allowed));
  const isClustered = clusters !== undefined && clusters.variance > 1;
  const value = isClustered ? Math.exp(logEvidence(effectiveCounts(counts, clusters), allowed)) : alone;
  const limit = of / level;
  const unsure = alone >= limit && value < limit ? clusters?.unsure : undefined;
  const verdict = value >= limit ? 'fail' : value < 1 && unsure === undefined ? 'pass' : 'inconclusive';
  const { requests, failures } = counts;
  const said = isClustered ? `, ${sayClusters(clusters)}` : '';
  const evidence = `evidence ${rounded(value)} that more than ${allowed} fails (${failures} of ${requests}${said})`;
  const shared = of === 1 ? '' : ` shared by ${of} tests`;
  const why = unsure === undefined ? '' : `; it would be ${rounded(alone)} were each for itself, and ${unsure}`;
  return {
    verdict,
    because: `${evidence}, ${rounded(limit)} stops: false alarms of ${level * 100} % over all looks${shared}${why}`,
  };
};

const rounded = (value: number): string => String(Number(value.toPrecision(3)));

/** The fewest failures in so many requests that conclude. */
export const failuresToStop = (requests: number, allowed: number, level: number): number => {
  let failures = 0;
  while (failures < requests && logEvidence({ requests, failures }, allowed) < -Math.log(level)) failures += 1;
  return failures;
};
