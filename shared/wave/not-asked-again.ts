import { readJudgements, readStop, type WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import { gateSentence } from '../rollout/next-soak.ts';
import type { Release } from '../rollout/release.ts';
import type { Judgement } from '../rollout/verdict.ts';
import type { Wave } from '../rollout/wave.ts';
import type { Ended } from './ended.ts';
import { alertGates, metricGates, probeGates } from './gate-tools.ts';

/**
 * Why taking the flags of a wave back can not be shown to have cured it: what ended it is nothing that is measured again afterwards. A test is
 * asked for once, and a comparison with a baseline has spent its level. `undefined` where all that ended it is measured again: the wave's own
 * probes, thresholds and alerts, alerts from outside, scheduled probes, what its targets run, and the flags themselves.
 */
export const notAskedAgain = async (
  ref: WaveRef,
  release: Release,
  wave: Wave,
  ended: Ended,
  { ledger }: Pick<Outside, 'ledger'>,
): Promise<string | undefined> => {
  const stop = await readStop(ledger, ref);
  if (stop !== undefined && (stop.judged === undefined || !isAskedAgain(stop.judged, release, wave))) {
    return `${stop.because}: that is not measured again`;
  }
  if (ended.status === 'error') return `what was wrong is not known: ${ended.because}`;
  const judgements = (await readJudgements(ledger, ref)).filter(
    ({ moment, effect }) => moment === 'after' && effect !== 'report',
  );
  // What was still open when another gate failed was not the reason.
  const isReason = ({ verdict }: Judgement) => (ended.status === 'aborted' ? verdict !== 'pass' : verdict === 'fail');
  const reason = judgements.find((each) => isReason(each) && !isAskedAgain(each, release, wave));
  return reason === undefined ? undefined : `${gateSentence(reason)}: that is not measured again`;
};

const isAskedAgain = (
  { gate, kind, source, isComparison }: Pick<Judgement, 'gate' | 'kind' | 'source' | 'isComparison'>,
  release: Release,
  wave: Wave,
): boolean => {
  if (isComparison) return false;
  const probes = probeGates(release, wave);
  switch (kind) {
    case 'probe':
      return source === 'scheduled probes' || gate in probes || (gate === 'probing' && Object.keys(probes).length > 0);
    case 'metric':
      return gate in metricGates(release, wave);
    case 'alerts':
      return source === 'alerts from outside' || gate in alertGates(release, wave);
    case 'policy':
      return gate === 'as-deployed' || gate === 'still-settled';
    case 'flag':
      return true;
    default:
      return false;
  }
};
