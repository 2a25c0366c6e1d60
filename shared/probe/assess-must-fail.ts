import type { ProbeGate } from '../rollout/gate.ts';
import type { Judgement } from '../rollout/verdict.ts';
import type { Tally } from './tally.ts';

/**
 * Judges probes of what is known to be bad: a pass where enough were made and all failed. One that passed makes it inconclusive, and
 * everything else that this prober says with it; never a fail, for nothing is known of what was deployed.
 */
export const assessMustFail = (
  name: string,
  { minSamples }: Pick<ProbeGate, 'minSamples'>,
  { target, query, attempts, failedFirst, from, to }: Tally,
): Judgement => {
  const passed = attempts - failedFirst;
  const isEnough = attempts >= minSamples;
  const found =
    passed > 0
      ? `${passed} of ${attempts} attempts passed where all must fail; the prober is not believed`
      : `${attempts} of ${attempts} attempts failed, as they must${isEnough ? '' : `; expected at least ${minSamples} to judge by`}`;
  return {
    gate: name,
    kind: 'probe',
    target,
    verdict: passed === 0 && isEnough ? 'pass' : 'inconclusive',
    because: `gate ${name} on ${target}: ${found}`,
    query,
    source: 'prober',
    ...(attempts === 0 ? {} : { value: failedFirst / attempts }),
    threshold: 1,
    window: { from, to },
    samples: attempts,
  };
};
