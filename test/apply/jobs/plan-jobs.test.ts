import { describe, expect, it } from 'vitest';
import type { DesiredJob } from '../../../shared/apply/desired.ts';
import { jobId } from '../../../shared/apply/jobs/job-manifest.ts';
import { neededByJobs } from '../../../shared/apply/jobs/needed-by-jobs.ts';
import { planJobs, type ReleaseJobs } from '../../../shared/apply/jobs/plan-jobs.ts';
import { runOf } from '../../../shared/apply/jobs/run-of.ts';
import { identityOf } from '../../../shared/apply/object-id.ts';
import type { JobRecord } from '../../../shared/rollout/jobs.ts';
import type { Manifest } from '../../../shared/rollout/release.ts';
import { configMap, deployment, live } from '../manifests.ts';
import { job } from './job-manifests.ts';

const served = { group: 'batch', version: 'v1', kind: 'Job', plural: 'jobs', namespaced: true };
const inShop = (manifest: Manifest): Manifest => ({
  ...manifest,
  metadata: { ...manifest.metadata, namespace: 'shop' },
});
const placed = (manifest: Manifest) => {
  const own = inShop(manifest);
  return {
    id: identityOf(own),
    service: 'web',
    serviceOrder: 0,
    source: 'web.yaml',
    manifest: own,
    served,
    isServed: true,
  };
};
const desired = (manifest: Manifest): DesiredJob => {
  const run = runOf(manifest);
  if (run === undefined || 'mistake' in run) throw new Error('no job');
  return { ...placed(manifest), ...run };
};

const release = `sha256:${'a'.repeat(64)}` as const;
const rendered = `sha256:${'b'.repeat(64)}` as const;
const recordOf = (one: DesiredJob, state: JobRecord['state']): JobRecord => ({
  id: jobId(one, release),
  state,
  by: 'first',
  begunAt: 0,
  uid: 'u',
});
const [smoke, undo, migrate] = [
  desired(job('smoke', { run: 'after', spec: { activeDeadlineSeconds: 5 } })),
  desired(job('undo', { run: 'back' })),
  desired(job('migrate')),
];
const of = (records: readonly JobRecord[], jobs = [smoke, undo, migrate]): ReleaseJobs => ({
  release,
  rendered,
  jobs,
  records,
});
const names = (planned: ReturnType<typeof planJobs>) =>
  'refusals' in planned
    ? planned.refusals.map(({ because }) => because)
    : (planned.jobs?.runs ?? []).map(({ name, run, deadlineSeconds }) => `${run} ${name} ${deadlineSeconds}`);

describe('the jobs of a plan', () => {
  const base = { takenBack: [], withinMs: 60_000, live: [] };
  it('are those before, then those after, each with its own deadline or that of settling', () => {
    expect(names(planJobs({ ...base, brought: of([]) }))).toEqual(['before migrate 60', 'after smoke 5']);
  });
  it('leave out what has completed for the release', () => {
    expect(names(planJobs({ ...base, brought: of([recordOf(migrate, 'complete')]) }))).toEqual(['after smoke 5']);
    expect(planJobs({ ...base, brought: of([recordOf(migrate, 'complete'), recordOf(smoke, 'complete')]) })).toEqual({
      jobs: undefined,
    });
  });
  it('have a test that failed in them again, in the place of the one that did, and none that passed', () => {
    const test = desired(job('check', { run: 'test' }));
    expect(planJobs({ ...base, brought: of([recordOf(test, 'failed')], [test]) })).toMatchObject({
      jobs: { runs: [{ name: 'check', run: 'test', mayRepeat: true, replaces: 'u' }] },
    });
    expect(planJobs({ ...base, brought: of([recordOf(test, 'complete')], [test]) })).toEqual({ jobs: undefined });
  });
  it('have what may have begun in them, since only the target can tell', () => {
    expect(names(planJobs({ ...base, brought: of([recordOf(migrate, 'begun')]) }))).toHaveLength(2);
  });
  it('refuse a release whose job failed, unless it may repeat: then in the place of the one that failed', () => {
    expect(names(planJobs({ ...base, brought: of([recordOf(smoke, 'failed')]) }))).toEqual([
      expect.stringContaining('Job shop/smoke failed for this release'),
    ]);
    const again = desired(job('smoke', { run: 'after', annotations: { 'tidegate.dev/repeat': 'safe' } }));
    expect(planJobs({ ...base, brought: of([recordOf(again, 'failed')], [again]) })).toMatchObject({
      jobs: { runs: [{ name: 'smoke', replaces: 'u' }] },
    });
  });
  it('refuse a release that a job has taken back', () => {
    expect(names(planJobs({ ...base, brought: of([recordOf(undo, 'complete')]) }))).toEqual([
      expect.stringContaining('Job shop/undo has taken this release back here'),
    ]);
  });
  it('on the way back are the back jobs of a release whose other jobs had begun, however they ended', () => {
    const back = (records: readonly JobRecord[]) => names(planJobs({ ...base, takenBack: [of(records)] }));
    expect(back([])).toEqual([]);
    expect(back([recordOf(migrate, 'begun')])).toEqual(['back undo 60']);
    expect(back([recordOf(migrate, 'failed')])).toEqual(['back undo 60']);
    expect(back([recordOf(migrate, 'complete'), recordOf(undo, 'complete')])).toEqual([]);
    expect(names(planJobs({ ...base, takenBack: [of([], [undo])] }))).toEqual(['back undo 60']);
  });
  it('take with them what earlier releases left behind, but for the newest: what has ended, and what was given up', () => {
    const left = (name: string, day: number, spec: object, status: object = {}) =>
      live('batch/v1', 'Job', {
        metadata: {
          ...{ name: `${name}-${day}`, uid: `${name}-${day}`, labels: { 'tidegate.dev/job': name } },
          creationTimestamp: `2026-03-0${day}T00:00:00Z`,
        },
        ...{ spec, status },
      });
    const complete = { conditions: [{ type: 'Complete', status: 'True' }] };
    const there = [
      left('undo', 1, { suspend: true }),
      left('undo', 2, {}, complete),
      left('undo', 3, { suspend: true }),
      left('undo', 4, {}, complete),
      left('undo', 5, {}),
      left('migrate', 1, {}, complete),
    ];
    const planned = planJobs({ ...base, live: there, takenBack: [of([recordOf(migrate, 'failed')])] });
    expect('jobs' in planned && planned.jobs?.cleans.map(({ uid }) => uid)).toEqual(['undo-2', 'undo-1']);
  });
  it('on the way back stop what of the release is still under way', () => {
    const planned = planJobs({ ...base, takenBack: [of([recordOf(migrate, 'created'), recordOf(smoke, 'failed')])] });
    expect(planned).toMatchObject({ jobs: { stops: [{ name: 'migrate' }], runs: [{ name: 'undo' }] } });
  });
});

describe('what a job needs', () => {
  const rbac = 'rbac.authorization.k8s.io/v1';
  const account = inShop({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'migrator' } });
  const role = { apiVersion: rbac, kind: 'Role', metadata: { name: 'migrator' }, rules: [] };
  const binding = {
    apiVersion: rbac,
    kind: 'RoleBinding',
    metadata: { name: 'migrator' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'migrator' },
    subjects: [{ kind: 'ServiceAccount', name: 'migrator' }],
  };
  it('is what its pods refer to, the rights of its account, and what it depends on, with what these need', () => {
    const dependsOn = { 'config.kubernetes.io/depends-on': 'apps/namespaces/shop/Deployment/db' };
    const one = desired(job('migrate', { reads: 'settings', account: 'migrator', annotations: dependsOn }));
    const objects = [
      ...['settings', 'db', 'other'].map((name) => placed(configMap(name))),
      ...[account, role, binding].map(placed),
      placed(deployment('db', { reads: 'db' })),
      placed(deployment('web', { reads: 'other' })),
    ];
    const needed = neededByJobs([one], objects, '/Namespace//shop');
    expect([...needed].sort()).toEqual([
      '/ConfigMap/shop/db',
      '/ConfigMap/shop/settings',
      '/ServiceAccount/shop/migrator',
      'apps/Deployment/shop/db',
      'rbac.authorization.k8s.io/Role/shop/migrator',
      'rbac.authorization.k8s.io/RoleBinding/shop/migrator',
    ]);
  });
});
