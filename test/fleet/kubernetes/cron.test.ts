import { describe, expect, it } from 'vitest';
import { cronTimes } from '../../../local/fleet/kubernetes/controllers/cron-job.ts';
import { BadSchedule, nextDue, parseSchedule } from '../../../local/fleet/kubernetes/controllers/cron-schedule.ts';
import type { KubeObject } from '../../../local/fleet/kubernetes/object.ts';
import { type Cluster, core, startCluster } from './cluster.ts';

const at = (text: string) => Date.parse(text);
const next = (schedule: string, after: string, zone = 'UTC') => {
  const due = nextDue(parseSchedule(schedule), at(after), zone);
  return due === undefined ? undefined : new Date(due).toISOString().replace(':00.000Z', 'Z');
};

describe('a schedule', () => {
  it.each([
    ['* * * * *', '2026-03-01T12:00:30Z', '2026-03-01T12:01Z'],
    ['* * * * *', '2026-03-01T12:00:00Z', '2026-03-01T12:01Z'],
    ['*/15 * * * *', '2026-03-01T12:16:00Z', '2026-03-01T12:30Z'],
    ['5/20 * * * *', '2026-03-01T12:26:00Z', '2026-03-01T12:45Z'],
    ['0 9-17/4 * * *', '2026-03-01T13:30:00Z', '2026-03-01T17:00Z'],
    ['30 2 * * mon-fri', '2026-03-06T03:00:00Z', '2026-03-09T02:30Z'],
    ['0 0 1,15 * *', '2026-03-02T00:00:00Z', '2026-03-15T00:00Z'],
    ['0 0 13 * fri', '2026-03-01T00:00:00Z', '2026-03-06T00:00Z'],
    ['0 12 29 2 *', '2026-03-01T00:00:00Z', '2028-02-29T12:00Z'],
    ['0 0 1 JAN *', '2026-03-01T00:00:00Z', '2027-01-01T00:00Z'],
    ['@weekly', '2026-03-02T00:00:00Z', '2026-03-08T00:00Z'],
    ['0 0 ? * *', '2026-03-01T12:00:00Z', '2026-03-02T00:00Z'],
  ])('%s after %s is due at %s', (schedule, after, due) => {
    expect(next(schedule, after)).toBe(due);
  });

  it('goes by the clocks of its time zone, summer time and all', () => {
    expect(next('30 9 * * *', '2026-01-15T00:00:00Z', 'Asia/Kolkata')).toBe('2026-01-15T04:00Z');
    expect(next('0 9 * * *', '2026-03-28T12:00:00Z', 'Europe/Berlin')).toBe('2026-03-29T07:00Z');
    // There is no half past two on that day.
    expect(next('30 2 * * *', '2026-03-28T12:00:00Z', 'Europe/Berlin')).toBe('2026-03-30T00:30Z');
    expect(next('0 0 * * *', '2026-03-29T12:00:00Z', 'Europe/Berlin')).toBe('2026-03-29T22:00Z');
  });

  it('may be due never, or at intervals', () => {
    expect(next('0 0 30 2 *', '2026-03-01T00:00:00Z')).toBeUndefined();
    expect(next('@every 90m', '2026-03-01T12:00:10Z')).toBe('2026-03-01T13:30:10.000Z');
  });

  it.each([
    '',
    '* * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '*/0 * * * *',
    '5-1 * * * *',
    'x * * * *',
    '@often',
    '* * * * 7',
  ])('is refused: %s', (text) => {
    expect(() => parseSchedule(text)).toThrow(BadSchedule);
  });

  it('counts what was missed, and only the last of it', () => {
    const hourly = parseSchedule('@hourly');
    expect(cronTimes(hourly, 'UTC', at('2026-03-01T12:10:00Z'), at('2026-03-01T15:30:00Z'))).toEqual({
      due: at('2026-03-01T15:00:00Z'),
      missed: 3,
      wakeMs: 1_800_000,
    });
    const long = cronTimes(parseSchedule('* * * * *'), 'UTC', at('2026-01-01T00:00:00Z'), at('2026-03-01T15:30:20Z'));
    expect([long.due, long.missed > 100]).toEqual([at('2026-03-01T15:30:00Z'), true]);
  });
});

const cronJob = (spec: object = {}, image = 'work:1'): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'tick', namespace: 'shop' },
  spec: {
    schedule: '*/5 * * * *',
    jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image }] } } } },
    ...spec,
  } as never,
});

const path = '/apis/batch/v1/namespaces/shop/cronjobs';
const minute = 60_000;
const jobs = async (cluster: Cluster) =>
  (await cluster.items('/apis/batch/v1/namespaces/shop/jobs')).map(({ metadata }) => metadata.name);
const status = async (cluster: Cluster) => (await cluster.get(`${path}/tick`)).status ?? {};
const events = async (cluster: Cluster) => [
  ...new Set((await cluster.items(`${core}/events`)).map(({ reason }) => reason)),
];

describe('a CronJob', () => {
  const begin = async (spec?: object, image?: string) => {
    const cluster = await startCluster();
    const made = await cluster.ask('POST', path, cronJob(spec, image));
    if (made.status !== 201) throw new Error(JSON.stringify(made.body));
    return cluster;
  };

  it('makes a Job each time it is due, and keeps as many finished ones as it says', async () => {
    const cluster = await begin({ successfulJobsHistoryLimit: 2 });
    cluster.clock.advance(6 * minute);
    const [first] = await jobs(cluster);
    const job = await cluster.get(`/apis/batch/v1/namespaces/shop/jobs/${first}`);
    expect(job.metadata).toMatchObject({
      ownerReferences: [
        { apiVersion: 'batch/v1', kind: 'CronJob', name: 'tick', controller: true, blockOwnerDeletion: true },
      ],
      annotations: { 'batch.kubernetes.io/cronjob-scheduled-timestamp': expect.stringMatching(/:\d[05]:00Z$/) },
    });
    cluster.clock.advance(20 * minute);
    expect(await jobs(cluster)).toHaveLength(2);
    expect(await status(cluster)).toEqual({
      lastScheduleTime: expect.any(String),
      lastSuccessfulTime: expect.any(String),
    });
    expect(await events(cluster)).toEqual(expect.arrayContaining(['SuccessfulCreate', 'SawCompletedJob']));
  });

  it('lets one run at a time where that is asked for', async () => {
    const cluster = await begin({ concurrencyPolicy: 'Forbid' }, 'hang:1');
    cluster.clock.advance(17 * minute);
    expect(await jobs(cluster)).toHaveLength(1);
    expect((await status(cluster)).active).toHaveLength(1);
    expect(await events(cluster)).toContain('JobAlreadyActive');
  });

  it('has the one that runs make room where that is asked for', async () => {
    const cluster = await begin({ concurrencyPolicy: 'Replace' }, 'hang:1');
    cluster.clock.advance(6 * minute);
    const before = await jobs(cluster);
    cluster.clock.advance(5 * minute);
    const after = await jobs(cluster);
    expect([before.length, after.length, after.some((name) => before.includes(name))]).toEqual([1, 1, false]);
  });

  it('makes none while it is suspended, and none that is too late when it no longer is', async () => {
    const cluster = await begin({ suspend: true, startingDeadlineSeconds: 60 });
    cluster.clock.advance(22 * minute);
    expect(await jobs(cluster)).toEqual([]);
    await cluster.ask('PATCH', `${path}/tick`, { spec: { suspend: false } }, 'application/merge-patch+json');
    cluster.clock.advance(minute);
    const late = await jobs(cluster);
    cluster.clock.advance(5 * minute);
    expect([late, (await jobs(cluster)).length]).toEqual([[], 1]);
  });

  it('is refused with a schedule or a time zone that is none', async () => {
    const cluster = await startCluster();
    const refused = async (spec: object) => (await cluster.ask('POST', path, cronJob(spec))).status;
    expect([
      await refused({ schedule: 'often' }),
      await refused({ timeZone: 'Atlantis/Old' }),
      await refused({}),
    ]).toEqual([422, 422, 201]);
  });
});
