import type { Digest } from '../../blobs/blobs.ts';
import { canonicalJson, digestOf } from '../../rollout/digest.ts';
import type { PlannedJob } from '../../rollout/jobs.ts';
import type { RenderedTarget } from '../../rollout/release.ts';
import type { DesiredJob } from '../desired.ts';
import { planJobs } from '../jobs/plan-jobs.ts';
import type { AloneInput } from './setting.ts';

/** What stands for a release where there is none: all that is applied, in whatever order and files it was written. */
const contentOf = (objects: AloneInput['objects']): Digest =>
  digestOf(
    objects
      .map(({ object }) => digestOf(canonicalJson(object)))
      .toSorted()
      .join('\n'),
  );

/**
 * The jobs around a set that is applied by itself, in their order: once for each content of the set. What is known of them is what is there,
 * so a Job that is deleted runs again. Nothing is taken back here, so `back` jobs never run. Pure.
 */
export const planJobsAlone = (
  jobs: readonly DesiredJob[],
  { objects, patienceMs }: Pick<AloneInput, 'objects' | 'patienceMs'>,
  rendered: RenderedTarget,
): readonly PlannedJob[] => {
  const release = contentOf(objects);
  const brought = { release, rendered: digestOf(canonicalJson(rendered)), jobs, records: [] };
  const planned = planJobs({ brought, takenBack: [], withinMs: patienceMs, live: [] });
  return 'jobs' in planned ? (planned.jobs?.runs ?? []) : [];
};
