import type { JobGroup } from '../console/views/planned-jobs.ts';

/** The Jobs around a deployment as lines of text, in the order in which they run. Pure. */
export const jobLines = (jobs: readonly JobGroup[]): readonly string[] =>
  jobs.map(({ said, service, targets }) => `  runs ${said} (${service})  on ${targets.join(', ')}`);
