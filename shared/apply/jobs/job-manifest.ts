import type { Digest } from '../../blobs/blobs.ts';
import { jobName, type PlannedJob } from '../../rollout/jobs.ts';
import type { ObjectId } from '../../rollout/plan.ts';
import type { Manifest } from '../../rollout/release.ts';
import { applySetId } from '../apply-set.ts';
import type { DesiredJob } from '../desired.ts';
import { numberAt, objectAt } from '../fields.ts';
import type { LiveObject } from '../live-object.ts';
import { targetAnnotation } from '../manager.ts';
import { identityOf } from '../object-id.ts';

/** On a Job around a deployment: its name in the manifest. */
export const jobLabel = 'tidegate.dev/job';
/** On such a Job: the set of its service. It is no member of it, so that nothing of a set is counted, compared or pruned with it. */
const jobsOfLabel = 'tidegate.dev/jobs-of';
/** On such a Job: the release that it runs for. */
const releaseAnnotation = 'tidegate.dev/release';

/** The Job that runs for a release. */
export const jobId = ({ manifest }: Pick<DesiredJob, 'manifest'>, release: Digest): ObjectId => {
  const { metadata } = manifest;
  return identityOf({ ...manifest, metadata: { ...metadata, name: jobName(metadata.name, release) } });
};

/** The deadline that a Job states itself. */
export const ownDeadline = ({ manifest }: Pick<DesiredJob, 'manifest'>): number | undefined =>
  numberAt(manifest, 'spec', 'activeDeadlineSeconds');

/**
 * A Job as it is created: under the name of its release, suspended, so that it runs only when its uid is on record; ended by Kubernetes
 * itself at its deadline, so that it does not run on when nobody waits for it any more; and without a time to live, since a Job that is
 * gone can not say that it ran.
 */
export const jobManifest = (
  { manifest, service }: Pick<DesiredJob, 'manifest' | 'service'>,
  { release, deadlineSeconds }: Pick<PlannedJob, 'release' | 'deadlineSeconds'>,
  { target, namespace }: { readonly target: string; readonly namespace: string },
): Manifest => {
  const { metadata } = manifest;
  const { ttlSecondsAfterFinished: _ttl, ...spec } = objectAt(manifest, 'spec');
  return {
    ...manifest,
    metadata: {
      ...metadata,
      name: jobName(metadata.name, release),
      labels: { ...metadata.labels, [jobLabel]: metadata.name, [jobsOfLabel]: applySetId(service, namespace) },
      annotations: { ...metadata.annotations, [releaseAnnotation]: release, [targetAnnotation]: target },
    },
    spec: { ...spec, suspend: true, activeDeadlineSeconds: deadlineSeconds },
  };
};

/** Whether a Job that is there is the one of this release on this target. */
export const isJobOf = (
  { metadata }: LiveObject,
  { name, release }: Pick<PlannedJob, 'name' | 'release'>,
  target: string,
) =>
  metadata.labels?.[jobLabel] === name &&
  metadata.annotations?.[releaseAnnotation] === release &&
  metadata.annotations[targetAnnotation] === target;
