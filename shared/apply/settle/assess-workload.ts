import type { LiveObject } from '../live-object.ts';
import { failed, inProgress } from '../settled/settled-rules.ts';
import type { Landing } from './assess-landing.ts';
import type { AssessedSign } from './assess-sign.ts';
import { findCreateFailure, findSigns, type Sign } from './find-signs.ts';
import { newestPods, newestReplicaSet, type Owned } from './newest-pods.ts';

/** An object since it was applied, with what is wrong with its newest pods where it is not ready. */
export interface Judged extends Landing {
  readonly sign?: AssessedSign;
}

/** What keeps a workload of its newest state from becoming ready, the worst first; nothing of the pods it is replacing. */
export const signsOf = (workload: LiveObject, owned: Owned): readonly Sign[] => {
  const owner = workload.kind === 'Deployment' ? newestReplicaSet(workload, owned) : workload;
  const failure = owner && findCreateFailure(owner);
  const signs = findSigns(newestPods(workload, owned), workload.kind === 'Job');
  return failure === undefined ? signs : [failure, ...signs];
};

/**
 * A workload that is not ready, judged by its signs, worst first: one that is doomed has failed, now, however long its own progress
 * deadline is; others are named as what is waited for. Containers that are merely not ready yet change nothing.
 */
export const assessWorkload = (landing: Landing, signs: readonly AssessedSign[]): Judged => {
  const doomed = signs.find((sign) => sign.doomed);
  const sign = doomed ?? signs[0];
  if (sign === undefined) return landing;
  // A pod by itself is judged by its own rule, which knows nothing of nodes that are on their way.
  const isHeldOff = landing.settled.reason === 'Unschedulable' && sign.is === 'nodes';
  if (landing.settled.status === 'failed' && !isHeldOff) return { ...landing, sign };
  if (doomed !== undefined) return { ...landing, sign, settled: failed(sign.reason, spokenSign(sign)) };
  return sign.is === 'slow'
    ? { ...landing, sign }
    : { ...landing, sign, settled: inProgress(sign.reason, spokenSign(sign)) };
};

const spokenSign = ({ subject, message }: Sign): string =>
  subject.kind === 'Pod' ? `pod ${subject.metadata.name}: ${message}` : message;
