import type { ObjectId } from '../rollout/plan.ts';
import type { Manifest } from '../rollout/release.ts';
import { at, isObject, numberAt, objectAt, textAt } from './fields.ts';
import type { LiveObject } from './live-object.ts';
import { ownEntry } from './managed-fields.ts';
import { groupOf, isKind, objectId } from './object-id.ts';

/** The workloads whose `spec.replicas` belongs to an autoscaler of the same set: HorizontalPodAutoscaler, or KEDA's ScaledObject. */
export const autoscaledBy = (manifests: readonly Manifest[]): ReadonlySet<ObjectId> =>
  new Set(manifests.flatMap(autoscalerTargets));

/** The workload an autoscaler scales, in its own namespace; none for an object that is no autoscaler. */
export const autoscalerTargets = (object: Manifest): readonly ObjectId[] => {
  if (!isKind(object, 'autoscaling', 'HorizontalPodAutoscaler') && !isKind(object, 'keda.sh', 'ScaledObject'))
    return [];
  const name = textAt(object, 'spec', 'scaleTargetRef', 'name');
  if (name === undefined) return [];
  const group = groupOf(textAt(object, 'spec', 'scaleTargetRef', 'apiVersion') ?? 'apps/v1');
  const kind = textAt(object, 'spec', 'scaleTargetRef', 'kind') ?? 'Deployment';
  return [objectId({ group, kind, namespace: object.metadata.namespace ?? '', name })];
};

/** What is known of a workload whose number of replicas an autoscaler decides. */
export interface Autoscaled {
  readonly isAutoscaled: true;
  /** The number that the manifest stated all the same. */
  readonly statedReplicas?: number;
}

/** An object of an autoscaler, its manifest without the number of replicas. */
export const leaveReplicas = <Holder extends { readonly manifest: Manifest }>(holder: Holder): Holder & Autoscaled => {
  const stated = numberAt(holder.manifest, 'spec', 'replicas');
  return {
    ...holder,
    manifest: withoutReplicas(holder.manifest),
    isAutoscaled: true,
    ...(stated === undefined ? {} : { statedReplicas: stated }),
  };
};

const withoutReplicas = (manifest: Manifest): Manifest => {
  if (!isObject(manifest.spec) || !('replicas' in manifest.spec)) return manifest;
  const { replicas: _replicas, ...spec } = manifest.spec;
  return { ...manifest, spec };
};

/** The manifest with that number of replicas, as it is sent while they are still ours. */
export const withReplicas = (manifest: Manifest, replicas: number): Manifest => ({
  ...manifest,
  spec: { ...objectAt(manifest, 'spec'), replicas },
});

/**
 * The number of replicas that has to be handed over before we stop stating it: the live one, where nobody but us owns the field, so
 * that dropping it would set the workload back to one pod. `undefined` where there is nothing to hand over.
 */
export const replicasToHandOver = (live: LiveObject): number | undefined => {
  const owns = (entry: unknown) => at(entry, 'fieldsV1', 'f:spec', 'f:replicas') !== undefined;
  const own = ownEntry(live);
  if (own === undefined || !owns(own)) return undefined;
  const isShared = live.metadata.managedFields?.some((entry) => entry !== own && owns(entry)) ?? false;
  return isShared ? undefined : numberAt(live, 'spec', 'replicas');
};
