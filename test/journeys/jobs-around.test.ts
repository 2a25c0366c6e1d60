import { rmSync } from 'node:fs';
import { ListExecutionsCommand, RedriveExecutionCommand, SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { awsClientSettings } from '../../shared/outside/aws-client-settings.ts';
import { memoryFolder } from '../memory-folder.ts';
import { jobDigest, jobsConfig, jobsFiles, webWithJobs } from './jobs-fleet.ts';
import { image, openRehearsal, time } from './rehearsal.ts';

const dir = memoryFolder('tidegate-jobs-');
const open = () =>
  openRehearsal({ dir, config: jobsConfig('v1'), files: { 'services/web.jsonnet': webWithJobs('v1') } });
let story = await open();
afterAll(async () => {
  await story.close();
  rmSync(dir, { recursive: true, force: true });
});

const jobPods = async (target: string): Promise<readonly string[]> =>
  (await story.names(target, 'v1/namespaces/default/pods'))
    .filter((name) => /^(migrate|smoke|undo)-/.test(name))
    .map((name) => name.split('-')[0] ?? '')
    .sort();
const jobEvents = async (rollout: string, target: string): Promise<readonly string[]> =>
  (await story.events(rollout)).filter((text) => new RegExp(`^${target} (runs )?job `).test(text));

beforeAll(async () => {
  expect(await story.ended(await story.begin())).toMatchObject({ outcome: 'succeeded' });
});

test('a release runs its jobs once on each target: before all else, and when all has settled', async () => {
  const [first = ''] = (await story.rollouts()).map(({ rollout }) => rollout);
  for (const target of story.targets) {
    expect(await jobEvents(first, target)).toEqual([
      `${target} runs job migrate before anything else is applied`,
      `${target} job migrate is complete`,
      `${target} runs job smoke after all has settled`,
      `${target} job smoke is complete`,
    ]);
    expect(await jobPods(target)).toEqual(['migrate', 'smoke']);
  }
});

test('a migration that fails has nothing else touched on its target, and is taken back where it had passed', async () => {
  story.images.publish(jobDigest('migrate', 'bad'), {
    crash: { afterMs: 500, exitCode: 1, log: 'ERROR: column "owner" does not exist' },
  });
  const bad = webWithJobs('v2').replace(
    jobDigest('migrate', 'v2'),
    `' + (if target.labels.stage == 'internal' then '${jobDigest('migrate', 'bad')}' else '${jobDigest('migrate', 'v2')}') + '`,
  );
  const mark = story.mark();
  const second = await story.merge(jobsFiles('v2', bad), 'Version 2');
  expect(await story.ended(second)).toMatchObject({
    outcome: 'rolled_back',
    because: expect.stringContaining('job migrate failed: BackoffLimitExceeded'),
  });
  const forward = story.writes('eks-internal', mark).map((write) => write.split('/').slice(-2).join('/'));
  // What the migration reads, the migration itself, and on the way back the same: never the workload.
  expect(forward.filter((write) => write.includes('deployments'))).toEqual([]);
  expect(JSON.stringify(await story.evidence(second, 'internal', 'eks-internal'))).toContain(
    'ERROR: column \\"owner\\" does not exist',
  );
  for (const target of story.targets) {
    expect([target, story.running(target)]).toEqual([target, [image('v1')]]);
    expect((await jobEvents(second, target)).slice(-2)).toEqual([
      `${target} runs job undo after what stood there before has settled again`,
      `${target} job undo is complete`,
    ]);
  }
  expect(await jobPods('eks-staging')).toEqual(['migrate', 'migrate', 'smoke', 'smoke', 'undo']);
  expect(await jobPods('eks-internal')).toEqual(['migrate', 'migrate', 'smoke', 'undo']);
});

test('a smoke test that fails takes the release back, and what it migrated', async () => {
  story.images.publish(jobDigest('smoke', 'v3'), { crash: { afterMs: 500, exitCode: 1, log: 'GET /cart: 500' } });
  const third = await story.merge(jobsFiles('v3'), 'Version 3');
  expect(await story.ended(third)).toMatchObject({
    outcome: 'rolled_back',
    because: expect.stringContaining('job smoke failed: BackoffLimitExceeded'),
  });
  expect((await jobEvents(third, 'eks-staging')).map((text) => text.replace('eks-staging ', ''))).toEqual([
    'runs job migrate before anything else is applied',
    'job migrate is complete',
    'runs job smoke after all has settled',
    expect.stringMatching(/^job smoke failed: BackoffLimitExceeded/),
    'runs job undo after what stood there before has settled again',
    'job undo is complete',
  ]);
  expect(await jobEvents(third, 'eks-internal')).toEqual([]);
  expect(story.running('eks-staging')).toEqual([image('v1')]);
});

test('an instance that ends while a migration runs is gone on with by the next one, and it runs once', async () => {
  story.images.publish(jobDigest('migrate', 'v4'), { readyMs: 40_000 });
  const fourth = await story.merge(jobsFiles('v4'), 'Version 4');
  await story.until(async () => (await jobEvents(fourth, 'eks-staging')).length > 0);
  await story.close();
  story = await open();
  expect(await story.ended(fourth)).toMatchObject({ outcome: 'succeeded' });
  expect(await jobEvents(fourth, 'eks-staging')).toHaveLength(4);
  // The names of a Job's pods are its own, which ends with that of its release, and five characters more.
  const runs = (await story.names('eks-staging', 'v1/namespaces/default/pods'))
    .filter((name) => name.startsWith('migrate-'))
    .map((name) => name.slice(0, -6));
  expect(runs).toHaveLength(3);
  expect(new Set(runs).size).toBe(3);
  expect(story.running('eks-staging')).toEqual([image('v4')]);
});

type Machine = 'rollout' | 'deployment';

/** Stops the execution of a machine that is under way and redrives it at once, as a person may do in the console of AWS. */
const stopAndRedrive = async (machine: Machine): Promise<void> => {
  const { http, identity, settings } = story.instance.outside;
  const client = new SFNClient(awsClientSettings(http, identity, settings.region));
  const stateMachineArn = settings.stateMachines[machine];
  const send = async () => {
    const running = await client.send(new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING' }));
    const [executionArn = ''] = (running.executions ?? []).map((execution) => execution.executionArn);
    await client.send(new StopExecutionCommand({ executionArn }));
    await client.send(new RedriveExecutionCommand({ executionArn }));
  };
  await time.complete(send, { maxVirtualMs: 60_000 });
};

test.each<[Machine, string]>([
  ['deployment', 'v5'],
  ['rollout', 'v6'],
])('a %s that is stopped while its last job runs, and redriven, runs none again', async (machine, version) => {
  story.images.publish(jobDigest('smoke', version), { readyMs: 40_000 });
  const rollout = await story.merge(jobsFiles(version), `Version ${version}`);
  await story.until(async () => (await jobEvents(rollout, 'eks-staging')).length === 3);
  await stopAndRedrive(machine);
  expect(await story.ended(rollout)).toBeDefined();
  // The record of a job outlives the execution that ran it: whoever comes next finds that it has begun, and that it has ended.
  expect((await jobEvents(rollout, 'eks-staging')).filter((text) => / runs job (migrate|smoke) /.test(text))).toEqual([
    'eks-staging runs job migrate before anything else is applied',
    'eks-staging runs job smoke after all has settled',
  ]);
  const runs = (await story.names('eks-staging', 'v1/namespaces/default/pods'))
    .filter((name) => /^(migrate|smoke)-/.test(name))
    .map((name) => name.slice(0, -6));
  expect(runs.length).toBeGreaterThanOrEqual(2);
  expect(new Set(runs).size).toBe(runs.length);
});
