import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LiveObject } from '../../../shared/apply/live-object.ts';
import { usualRules } from '../../../shared/apply/restarts/plan-restarts.ts';
import { rememberRestarts } from '../../../shared/apply/restarts/remember-restarts.ts';
import type { RestartLog } from '../../../shared/apply/restarts/restart-log.ts';
import type { TargetPlan } from '../../../shared/rollout/plan.ts';
import type { RenderedTarget } from '../../../shared/rollout/release.ts';
import { namespace } from '../manifests.ts';
import { apply, deploy, isWrite, plan, recordCluster, renderedOf, restartingOf, type Stage } from '../rehearsal.ts';
import { type Server, simulatedServer } from '../server.ts';
import { mostAMinute, placeNow, podsMade, type WorkloadWrite, watchRestarts } from './restart-stage.ts';
import { deployment, selecting, statefulSet } from './workloads.ts';

const zone = (name: string) => ({ 'topology.kubernetes.io/zone': name, tier: 'index' });

const fast = { rollingUpdate: { maxSurge: '100%', maxUnavailable: 0 } };

/** Two zones of an index, a store in parts, and a gateway that is larger than the cap. */
const target = (version: string): RenderedTarget =>
  renderedOf({
    index: [
      deployment('index-a', { version, replicas: 1, labels: zone('a') }),
      deployment('index-b', { version, replicas: 1, labels: zone('b') }),
      selecting('index', { tier: 'index' }),
    ],
    storage: [statefulSet('storage', { version, replicas: 3 })],
    gateway: [deployment('gateway', { version, replicas: 5, spec: { strategy: fast } })],
  });

const perMinute = 4;
const rules = {
  ...usualRules,
  perMinute,
  dependencies: { storage: { dependsOn: ['index'] }, gateway: { dependsOn: ['storage'] } },
};

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

/** One whole restart of the target, killed at one point and run again over the same log. */
const tell = async (kill: (point: string) => void, sliceMs?: number) => {
  const { clock } = server;
  const stage: Stage = { cluster: recordCluster(server.request), clock, namespace: 'shop' };
  await server.drive(deploy(target('v1'), stage));
  await server.drive(clock.sleep(120_000));
  const approved = await server.drive(plan(target('v2'), stage, rules));
  const since = await server.drive(placeNow(server, 'shop'));
  const log = rememberRestarts();
  const mortal: RestartLog = {
    ...log,
    begin: async (restart) => {
      kill('before it is recorded that a restart begins');
      await log.begin(restart);
      kill('after it was recorded that a restart begins');
    },
    settle: async (workload, at) => {
      kill('before it is recorded that a restart has settled');
      await log.settle(workload, at);
      kill('after it was recorded that a restart has settled');
    },
  };
  const writes: WorkloadWrite[] = [];
  const carry = async (own: RestartLog, dies: (point: string) => void): Promise<void> => {
    const watched = watchRestarts(server, 'shop');
    const cluster = recordCluster(async (path, init) => {
      const isReal = isWrite({ method: init?.method ?? 'GET', path, userAgent: '' });
      if (isReal) dies('before a write');
      const answer = await watched.cluster.request(path, init);
      if (isReal) dies('after a write');
      return answer;
    });
    try {
      const restarting = restartingOf(clock, { log: own });
      const given = { approved, restarting };
      const result = await server.drive(
        apply(target('v2'), { ...stage, cluster, ...(sliceMs ? { sliceMs } : {}) }, given),
      );
      expect(result.status).toBe('done');
    } finally {
      writes.push(...watched.writes);
    }
  };
  await carry(mortal, kill).catch((error: unknown) => {
    if (!(error instanceof Killed)) throw error;
  });
  await server.drive(clock.sleep(7_000));
  await carry(log, () => undefined);
  return { approved, writes, made: await server.drive(podsMade(server, 'shop', since)), end: await endOf() };
};

/** Everything of the workloads that a person would compare. */
const endOf = async (): Promise<string> => {
  const lists = await Promise.all(
    ['deployments', 'statefulsets'].map(async (kind) => {
      const answer = await server.drive(server.request(`/apis/apps/v1/namespaces/shop/${kind}`));
      return ((await answer.json()) as { readonly items: readonly LiveObject[] }).items;
    }),
  );
  return JSON.stringify(lists.flat().map(({ metadata: { name, annotations }, spec }) => ({ name, annotations, spec })));
};

const names = (approved: TargetPlan): readonly string[] =>
  approved.restarts.steps.map(({ workload }) => workload.split('/').at(-1) ?? '');

/** In the order of the plan, each workload begun only when all others had settled. */
const expectOrder = (
  { approved, writes }: Pick<Awaited<ReturnType<typeof tell>>, 'approved' | 'writes'>,
  at: string,
) => {
  const begun = [...new Set(writes.map(({ workload }) => workload.split('/')[1] ?? ''))];
  expect(begun, at).toEqual(names(approved));
  const early = writes.filter(({ unsettled }) => unsettled.length > 0);
  expect(early, at).toEqual([]);
};

test('ordered restarts end the same, in the same order and within the cap, wherever they were killed', {
  timeout: 600_000,
}, async () => {
  const points: string[] = [];
  const whole = await tell((point) => void points.push(point));
  expect(names(whole.approved)).toEqual(['index-a', 'index-b', 'storage', 'gateway']);
  expectOrder(whole, 'not killed');
  expect(whole.made).toHaveLength(10);
  expect(mostAMinute(whole.made)).toBe(perMinute);
  // Seven writes of six restarts, each before and after; of the last restart nobody waits to see that it has settled.
  expect(points.filter((point) => point === 'before a write')).toHaveLength(6);
  for (const [place, point] of points.entries()) {
    await freshServer();
    let passed = 0;
    const killed = await tell(() => {
      if (passed++ === place) throw new Killed();
    });
    const at = `killed at point ${place + 1}, ${point}`;
    expect(killed.end, at).toBe(whole.end);
    expect(killed.made.length, at).toBe(10);
    expect(mostAMinute(killed.made), at).toBeLessThanOrEqual(perMinute);
    expectOrder(killed, at);
  }
});

test('slices of any length come to the same end, in the same order and within the cap', async () => {
  const ends: string[] = [];
  for (const sliceMs of [60_000, 7_000, 3_600]) {
    await freshServer();
    const told = await tell(() => undefined, sliceMs);
    expectOrder(told, `slices of ${sliceMs} ms`);
    expect(told.made).toHaveLength(10);
    expect(mostAMinute(told.made)).toBeLessThanOrEqual(perMinute);
    ends.push(told.end);
  }
  expect(new Set(ends).size).toBe(1);
});
