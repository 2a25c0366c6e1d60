import { noJobs } from './jobs.ts';
import type { TargetPlan } from './plan.ts';

/** Services of which a plan changes an object, or stops or runs a job, objects first, in their order. */
export const changedServices = ({
  objects,
  jobs = noJobs,
}: Pick<TargetPlan, 'objects' | 'jobs'>): readonly string[] => [
  ...new Set([
    ...objects.filter(({ action }) => action !== 'unchanged').map(({ service }) => service),
    ...[...jobs.stops, ...jobs.runs].map(({ service }) => service),
  ]),
];
