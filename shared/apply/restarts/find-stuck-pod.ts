import { conditionOf, textAt } from '../fields.ts';
import type { LiveObject } from '../live-object.ts';
import { assessSign } from '../settle/assess-sign.ts';
import { findSigns } from '../settle/find-signs.ts';
import { partitionOf } from './assess-restart.ts';

const hashLabel = 'controller-revision-hash';

/**
 * The pod that a StatefulSet waits for in vain: not ready, not of the revision it shall have, and not replaced, because a controller that
 * goes by OrderedReady replaces nothing before every pod is ready (kubernetes.io/docs/concepts/workloads/controllers/statefulset,
 * "Forced rollback"). Only when no pod of the new revision is still coming, and only where another pod in its place would be of
 * another revision. On the way forward it must be doomed; what goes back was found bad already. The highest ordinal first.
 */
export const findStuckPod = (
  set: LiveObject,
  pods: readonly LiveObject[],
  { now, isBack }: { readonly now: number; readonly isBack: boolean },
): LiveObject | undefined => {
  if (set.kind !== 'StatefulSet' || textAt(set, 'spec', 'podManagementPolicy') === 'Parallel') return undefined;
  const { uid, generation } = set.metadata;
  const [observed, update, current] = ['observedGeneration', 'updateRevision', 'currentRevision'].map(
    (name) => (set.status as Readonly<Record<string, unknown>> | undefined)?.[name],
  );
  if (observed !== generation || update === undefined) return undefined;
  const own = pods.filter(
    ({ metadata }) =>
      metadata.deletionTimestamp === undefined && (metadata.ownerReferences ?? []).some((owner) => owner.uid === uid),
  );
  const unready = own.filter((pod) => textAt(conditionOf(pod, 'Ready'), 'status') !== 'True');
  if (unready.some((pod) => revisionOf(pod) === update)) return undefined;
  const partition = partitionOf(set);
  return unready
    .filter((pod) => ordinalOf(pod) >= partition || revisionOf(pod) !== current)
    .filter((pod) => isBack || isDoomed(pod, now))
    .sort((a, b) => ordinalOf(b) - ordinalOf(a))[0];
};

/** By what its own status says; no event is waited for. */
const isDoomed = (pod: LiveObject, now: number): boolean =>
  findSigns([pod]).some((sign) => assessSign(sign, [], now, undefined).doomed);

const revisionOf = ({ metadata }: LiveObject): string | undefined => metadata.labels?.[hashLabel];

const ordinalOf = ({ metadata }: LiveObject): number => Number(/-(\d+)$/.exec(metadata.name)?.[1] ?? -1);
