import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JobLog } from '../../../shared/apply/jobs/job-log.ts';
import { rememberJobs } from '../../../shared/apply/jobs/remember-jobs.ts';
import type { LiveObject } from '../../../shared/apply/live-object.ts';
import { configMap, deployment, namespace } from '../manifests.ts';
import {
  apply,
  type Carried,
  planWithJobs,
  recordCluster,
  renderedOf,
  runAfter,
  type Stage,
  settle,
} from '../rehearsal.ts';
import { type Server, simulatedServer } from '../server.ts';
import { job } from './job-manifests.ts';

const target = renderedOf({
  web: [
    configMap('settings'),
    deployment('web', { replicas: 1 }),
    job('migrate', { reads: 'settings' }),
    job('smoke', { run: 'after' }),
  ],
});

class Killed extends Error {}

let server: Server;
const freshServer = async (): Promise<void> => {
  await server?.stop();
  server = await simulatedServer();
  const headers = { 'content-type': 'application/json' };
  await server.request('/api/v1/namespaces', { method: 'POST', headers, body: JSON.stringify(namespace('shop')) });
};
beforeEach(freshServer);
afterEach(() => server.stop());

/** A log that dies right before or right after it has recorded a change. */
const mortalLog = (log: JobLog, kill: (point: string) => void): JobLog => {
  const around = async <Result>(what: string, record: () => Promise<Result>): Promise<Result> => {
    kill(`before ${what} is on record`);
    const result = await record();
    kill(`after ${what} is on record`);
    return result;
  };
  return {
    ...log,
    begin: (one, again) => around(`the begin of ${one.name}`, () => log.begin(one, again)),
    created: (one, found) => around(`the uid of ${one.name}`, () => log.created(one, found)),
    ended: (one, how) => around(`the end of ${one.name}`, () => log.ended(one, how)),
  };
};

/** A deployment with its jobs, killed at one point and gone on with over the same log by another invocation. */
const tell = async (kill: (point: string) => void): Promise<readonly string[]> => {
  const { clock } = server;
  const log = rememberJobs('first', clock);
  const stage: Stage = { cluster: recordCluster(server.request), clock, namespace: 'shop' };
  const approved = await server.drive(planWithJobs(target, stage));
  const carry = async (jobs: JobLog, dies: (point: string) => void): Promise<void> => {
    const cluster = recordCluster(async (path, init) => {
      const request = `${init?.method ?? 'GET'} ${path.split('?')[0]}`;
      dies(`before ${request}`);
      const answer = await server.request(path, init);
      dies(`after ${request}`);
      return answer;
    });
    const own = { ...stage, cluster };
    const carried: Carried = { approved, jobs };
    const applied = await server.drive(apply(target, own, carried));
    expect(applied.status).toBe('done');
    expect((await server.drive(settle(target, own, applied.progress))).status).toBe('settled');
    expect((await server.drive(runAfter(target, own, carried))).status).toBe('done');
  };
  await carry(mortalLog(log, kill), kill).catch((error: unknown) => {
    if (!(error instanceof Killed)) throw error;
  });
  await server.drive(clock.sleep(5_000));
  await carry(log, () => undefined);
  expect([...log.records.values()].map(({ state }) => state)).toEqual(['complete', 'complete']);
  const answer = await server.drive(server.request('/api/v1/namespaces/shop/pods'));
  const { items } = (await answer.json()) as { readonly items: readonly LiveObject[] };
  return items.map(({ metadata }) => metadata.labels?.['job-name'] ?? 'web').sort();
};

test('each job has one pod, wherever its deployment was killed: before and after every request and every record', {
  timeout: 600_000,
}, async () => {
  const points: string[] = [];
  const whole = await tell((point) => void points.push(point));
  expect(whole).toHaveLength(3);
  expect(points.filter((point) => point.includes('is on record'))).toHaveLength(12);
  for (const [place, point] of points.entries()) {
    await freshServer();
    let passed = 0;
    const pods = await tell(() => {
      if (passed++ === place) throw new Killed();
    });
    expect([`killed at point ${place + 1}, ${point}`, ...pods]).toEqual([
      `killed at point ${place + 1}, ${point}`,
      ...whole,
    ]);
  }
});
