import { expect, test } from 'vitest';
import { jobLines } from '../../../cli/job-lines.ts';
import { groupJobs } from '../../../console/views/planned-jobs.ts';
import type { PlannedJob } from '../../../shared/rollout/jobs.ts';

const planned = (name: string, run: PlannedJob['run'], release: string): PlannedJob => ({
  id: `batch/Job/shop/${name}-${release}`,
  name,
  service: 'web',
  run,
  release: `sha256:${release}`,
  rendered: `sha256:${release}`,
  deadlineSeconds: 60,
  mayRepeat: false,
});

test('each job is listed once, in the order in which it runs, with the targets on which it does', () => {
  const plan = (target: string, runs: readonly PlannedJob[]) => ({ target, jobs: { stops: [], runs, cleans: [] } });
  const [migrate, smoke] = [planned('migrate', 'before', '0123456789'), planned('smoke', 'after', '0123456789')];
  const groups = groupJobs([plan('eks', [migrate, smoke]), plan('gke', [smoke]), { target: 'aks' }]);
  expect(jobLines(groups)).toEqual([
    '  runs job migrate before anything else is applied (web)  on eks',
    '  runs job smoke after all has settled (web)  on eks, gke',
  ]);
});
