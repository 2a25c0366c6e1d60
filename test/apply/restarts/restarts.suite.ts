import { describe, expect, it } from 'vitest';
import { withConfigHashes } from '../../../shared/apply/restarts/config-hash.ts';
import { usualRules } from '../../../shared/apply/restarts/plan-restarts.ts';
import type { RenderedTarget } from '../../../shared/rollout/release.ts';
import { configMap } from '../manifests.ts';
import { apply, deploy, inShort, plan, renderedOf, restartingOf, settle } from '../rehearsal.ts';
import type { Server } from '../server.ts';
import { playOn } from '../theatre.ts';
import { mostAMinute, placeNow, podsMade, watchRestarts, withMinuteOf } from './restart-stage.ts';
import { deployment, selecting, statefulSet } from './workloads.ts';

/** Three services that call each other: gateway -> storage -> index. */
export const chain = (version: string): RenderedTarget =>
  renderedOf({
    index: [deployment('index', { version })],
    storage: [deployment('storage', { version })],
    gateway: [deployment('gateway', { version })],
  });

export const dependencies = {
  index: { dependsOn: [] },
  storage: { dependsOn: ['index'] },
  gateway: { dependsOn: ['storage'] },
};

/** `minuteMs`: how long the minute is of which the cap speaks, where nobody has the time for a whole one. */
export const restartsSuite = (server: () => Server, minuteMs = 60_000): void => {
  const { stageOf, drive, namespace, read, pathOf } = playOn(server, 'restarts');
  const watched = (on = server()) => {
    const { cluster, writes } = watchRestarts(on, namespace());
    const stage = { cluster, clock: server().clock, namespace: namespace() };
    return { stage, writes };
  };

  describe('services that depend on each other', () => {
    it('restart one after the other, providers first, each when the one before has settled', async () => {
      await drive(deploy(chain('v1'), stageOf()));
      const { stage, writes } = watched();
      const approved = await drive(plan(chain('v2'), stage, { ...usualRules, dependencies }));
      expect((await drive(apply(chain('v2'), stage, { approved }))).status).toBe('done');
      expect(writes.map(({ workload, unsettled }) => [workload, unsettled])).toEqual([
        ['deployments/index', []],
        ['deployments/storage', []],
        ['deployments/gateway', []],
      ]);
    });

    it('restart consumers first on the way back', async () => {
      await drive(deploy(chain('v2'), stageOf()));
      const { stage, writes } = watched();
      const approved = await drive(plan(chain('v1'), stage, { ...usualRules, order: 'consumers-first', dependencies }));
      expect((await drive(apply(chain('v1'), stage, { approved }))).status).toBe('done');
      expect(writes.map(({ workload, unsettled }) => [workload, unsettled])).toEqual([
        ['deployments/gateway', []],
        ['deployments/storage', []],
        ['deployments/index', []],
      ]);
    });
  });

  describe('a StatefulSet', () => {
    const set = (version: string) => renderedOf({ db: [statefulSet('db', { version, replicas: 5 })] });

    it('restarts part by part by its partition, and ends exactly as its manifest says', async () => {
      await drive(deploy(set('v1'), stageOf()));
      const { stage, writes } = watched();
      const approved = await drive(plan(set('v2'), stage));
      const since = await drive(placeNow(server(), namespace()));
      expect(approved.restarts.steps).toEqual([
        {
          workload: `apps/StatefulSet/${namespace()}/db`,
          service: 'db',
          pods: 5,
          after: [],
          apart: [],
          parts: [1, 2, 2],
          causes: [{ change: 'template', paths: ['/spec/template/spec/containers[name=main]/image'] }],
        },
      ]);
      const applied = await drive(apply(set('v2'), stage, { approved }));
      expect(await drive(settle(set('v2'), stage, applied.progress))).toEqual({ status: 'settled' });
      const partitions = writes.map(({ sent, unsettled }) => [
        (sent.spec as { updateStrategy?: { rollingUpdate: { partition: number } } }).updateStrategy?.rollingUpdate
          .partition,
        unsettled,
      ]);
      expect(partitions).toEqual([
        [4, []],
        [2, []],
        [undefined, []],
      ]);
      const made = await drive(podsMade(server(), namespace(), since));
      expect(made.map(({ name }) => name)).toEqual(['db-4', 'db-3', 'db-2', 'db-1', 'db-0']);
      const again = await drive(plan(set('v2'), stageOf()));
      expect(again.objects.map(({ action }) => action)).toEqual(['unchanged']);
    });

    it('that is recreated restarts its pods part by part too', async () => {
      const annotations = { 'tidegate.dev/on-immutable-change': 'recreate' };
      const named = (version: string, serviceName: string) =>
        renderedOf({ db: [statefulSet('db', { version, replicas: 3, annotations, spec: { serviceName } })] });
      await drive(deploy(named('v1', 'one'), stageOf()));
      const { stage, writes } = watched();
      const approved = await drive(plan(named('v2', 'two'), stage));
      const since = await drive(placeNow(server(), namespace()));
      expect(approved.restarts.steps).toMatchObject([{ pods: 3, parts: [1, 2], causes: [{ change: 'recreation' }] }]);
      const applied = await drive(apply(named('v2', 'two'), stage, { approved }));
      expect(applied).toMatchObject({ status: 'done' });
      expect(await drive(settle(named('v2', 'two'), stage, applied.progress))).toEqual({ status: 'settled' });
      expect(writes).toHaveLength(2);
      const made = await drive(podsMade(server(), namespace(), since));
      expect(made.map(({ name }) => name)).toEqual(['db-2', 'db-1', 'db-0']);
      const again = await drive(plan(named('v2', 'two'), stageOf()));
      expect(again.objects.map(({ action }) => action)).toEqual(['unchanged']);
    });
  });

  describe('redundant partners', () => {
    const pair = (version: string) =>
      renderedOf({
        store: [
          deployment('store-b', { version, labels: { tier: 'store' }, pod: { nodeSelector: {} } }),
          deployment('store-a', { version, labels: { tier: 'store' } }),
          selecting('store', { tier: 'store' }),
        ],
      });

    it('never restart at once', async () => {
      await drive(deploy(pair('v1'), stageOf()));
      const { stage, writes } = watched();
      const approved = await drive(plan(pair('v2'), stage));
      expect((await drive(apply(pair('v2'), stage, { approved }))).status).toBe('done');
      expect(writes.map(({ unsettled }) => unsettled)).toEqual([[], []]);
    });
  });

  describe('a Deployment larger than the cap', () => {
    const strategy = { rollingUpdate: { maxSurge: '50%', maxUnavailable: '50%' } };
    const large = (version: string) =>
      renderedOf({ web: [deployment('web', { version, replicas: 7, spec: { strategy } })] });

    it('is paced by the server itself, and ends exactly as its manifest says', async () => {
      await drive(deploy(large('v1'), stageOf()));
      const { stage, writes } = watched(withMinuteOf(server(), minuteMs));
      const approved = await drive(plan(large('v2'), stage, { ...usualRules, perMinute: 3 }));
      expect(approved.restarts.steps[0]?.pace).toEqual({ maxSurge: 2, maxUnavailable: 1, minReadySeconds: 60 });
      const since = await drive(placeNow(server(), namespace()));
      expect((await drive(apply(large('v2'), stage, { approved }))).status).toBe('done');
      expect(writes.map(({ unsettled }) => unsettled)).toEqual([[], []]);
      const made = await drive(podsMade(server(), namespace(), since));
      expect([made.length, mostAMinute(made, minuteMs)]).toEqual([7, 3]);
      const live = await read('deployments', 'web');
      expect(live.spec).toMatchObject({ strategy });
      expect(live.spec).not.toHaveProperty('minReadySeconds');
      const again = await drive(plan(large('v2'), stageOf()));
      expect(again.objects.map(({ action }) => action)).toEqual(['unchanged']);
    });
  });

  describe('a restart that does not become ready', () => {
    const broken = () =>
      renderedOf({
        index: [deployment('index', { version: 'crash' })],
        storage: [deployment('storage', { version: 'v2' })],
        gateway: [deployment('gateway', { version: 'v2' })],
      });

    it('ends the deployment, with what the cluster says of it, and restarts nothing more', async () => {
      await drive(deploy(chain('v1'), stageOf()));
      const { stage, writes } = watched();
      const approved = await drive(plan(broken(), stage, { ...usualRules, dependencies }));
      const result = await drive(apply(broken(), stage, { approved }));
      expect(writes.map(({ workload }) => workload)).toEqual(['deployments/index']);
      const failed = (name: string, code: string, because: string) => ({
        id: `apps/Deployment/${namespace()}/${name}`,
        code,
        because: expect.stringMatching(because),
      });
      expect(result).toMatchObject({
        status: 'failed',
        objects: [
          failed('gateway', 'SKIPPED', '^Deployment .*/gateway was left as it is, since Deployment .*/index failed'),
          failed('storage', 'SKIPPED', '^Deployment .*/storage was left as it is, since Deployment .*/index failed'),
        ],
        evidence: [
          { object: `apps/Deployment/${namespace()}/index`, reason: expect.stringMatching('CrashLoopBackOff') },
        ],
      });
    });

    it('keeps no other from going back', async () => {
      await drive(deploy(chain('v2'), stageOf()));
      const { stage, writes } = watched();
      const back = renderedOf({
        index: [deployment('index', { version: 'v1' })],
        storage: [deployment('storage', { version: 'v1' })],
        gateway: [deployment('gateway', { version: 'crash' })],
      });
      const approved = await drive(plan(back, stage, { ...usualRules, order: 'consumers-first', dependencies }));
      const restarting = restartingOf(server().clock, { isBack: true });
      expect((await drive(apply(back, stage, { approved, restarting }))).status).toBe('done');
      expect(writes.map(({ workload, unsettled }) => [workload, unsettled])).toEqual([
        ['deployments/gateway', []],
        ['deployments/storage', ['gateway']],
        ['deployments/index', ['gateway']],
      ]);
    });
  });

  describe('a StatefulSet whose newest pod broke', () => {
    const set = (version: string, replicas: number) => renderedOf({ db: [statefulSet('db', { version, replicas })] });

    it.each([3, 1])('comes back, though its controller waits for that pod, with %i pods', async (replicas) => {
      await drive(deploy(set('v1', replicas), stageOf()));
      const broken = await drive(plan(set('crash', replicas), stageOf()));
      const failed = await drive(apply(set('crash', replicas), stageOf(), { approved: broken }));
      // Of one pod nobody waits for more than its write while applying: settling finds it.
      expect(failed.status).toBe(replicas === 1 ? 'done' : 'failed');
      if (replicas === 1) await drive(settle(set('crash', 1), stageOf(), failed.progress));
      const { stage } = watched();
      const approved = await drive(plan(set('v1', replicas), stage, { ...usualRules, order: 'consumers-first' }));
      const restarting = restartingOf(server().clock, { isBack: true });
      const applied = await drive(apply(set('v1', replicas), stage, { approved, restarting }));
      expect(await drive(settle(set('v1', replicas), stage, applied.progress))).toEqual({ status: 'settled' });
      const evicted = stage.cluster.seen.filter(({ path }) => path.endsWith('/eviction'));
      expect(evicted.map(inShort)).toEqual([`POST db-${replicas - 1}/eviction`]);
      const again = await drive(plan(set('v1', replicas), stageOf()));
      expect(again.objects.map(({ action }) => action)).toEqual(['unchanged']);
    });

    it('is mended by the next version too', async () => {
      await drive(deploy(set('v1', 3), stageOf()));
      const broken = await drive(plan(set('crash', 3), stageOf()));
      expect((await drive(apply(set('crash', 3), stageOf(), { approved: broken }))).status).toBe('failed');
      await drive(deploy(set('v2', 3), stageOf()));
      const live = await read('statefulsets', 'db');
      expect(live.status).toMatchObject({ readyReplicas: 3, updatedReplicas: 3 });
    });
  });

  describe('the gate between two restarts', () => {
    it('is asked since the one before had settled, and holds the next until it passes', async () => {
      await drive(deploy(chain('v1'), stageOf()));
      const { stage, writes } = watched();
      const approved = await drive(plan(chain('v2'), stage, { ...usualRules, dependencies }));
      const asked: number[] = [];
      const gate = async (since: number) => {
        asked.push(since);
        return asked.length < 4 ? ({ passed: false, because: 'no samples yet' } as const) : ({ passed: true } as const);
      };
      const restarting = restartingOf(server().clock, { gate });
      expect((await drive(apply(chain('v2'), stage, { approved, restarting }))).status).toBe('done');
      expect(writes).toHaveLength(3);
      expect(asked).toHaveLength(5);
      expect(new Set(asked).size).toBe(2);
      const [, storage] = writes;
      expect(storage !== undefined && Math.min(...asked) <= storage.at).toBe(true);
    });
  });

  describe('a workload that is new', () => {
    it('joins those that call it only when what it calls has restarted', async () => {
      const before = renderedOf({ index: [deployment('index', { version: 'v1' })] });
      const after = renderedOf({
        index: [deployment('index', { version: 'v2' })],
        storage: [deployment('storage', { version: 'v2' })],
      });
      await drive(deploy(before, stageOf()));
      const { stage, writes } = watched();
      const approved = await drive(plan(after, stage, { ...usualRules, dependencies }));
      expect((await drive(apply(after, stage, { approved }))).status).toBe('done');
      expect(writes.map(({ workload, unsettled }) => [workload, unsettled])).toEqual([
        ['deployments/index', []],
        ['deployments/storage', []],
      ]);
    });
  });

  describe('a changed ConfigMap', () => {
    const reads = { container: { envFrom: [{ configMapRef: { name: 'flags' } }] } };
    const flagged = (value: string) =>
      renderedOf({ web: [configMap('flags', { a: value }), deployment('web', reads)] });
    const hashed = (value: string) => withConfigHashes(flagged(value), namespace(), new Set(['web']));

    it('restarts nothing by itself', async () => {
      await drive(deploy(flagged('1'), stageOf()));
      const { stage, writes } = watched();
      const approved = await drive(plan(flagged('2'), stage));
      expect(approved.restarts).toMatchObject({ steps: [], later: [{ how: 'start', keys: ['a'] }] });
      expect((await drive(apply(flagged('2'), stage, { approved }))).status).toBe('done');
      expect(writes).toEqual([]);
    });

    it('restarts who reads it where its hash is on the pods', async () => {
      await drive(deploy(hashed('1'), stageOf()));
      const { stage, writes } = watched();
      const approved = await drive(plan(hashed('2'), stage));
      const object = `/ConfigMap/${namespace()}/flags`;
      expect(approved.restarts.steps.map(({ causes }) => causes)).toEqual([
        [{ change: 'config', object, keys: ['a'] }],
      ]);
      expect((await drive(apply(hashed('2'), stage, { approved }))).status).toBe('done');
      expect(writes.map(({ workload }) => workload)).toEqual(['deployments/web']);
    });
  });

  describe('somebody who changes a workload while it restarts', () => {
    it('stops it', async () => {
      const set = (version: string) => renderedOf({ db: [statefulSet('db', { version, replicas: 3 })] });
      await drive(deploy(set('v1'), stageOf()));
      const approved = await drive(plan(set('v2'), stageOf()));
      const { stage, writes } = watched();
      const path = pathOf('statefulsets', 'db');
      const gate = async () => {
        const template = { spec: { containers: [{ name: 'main', image: 'registry.example.com/db:other' }] } };
        const body = { spec: { template } };
        const headers = { 'content-type': 'application/strategic-merge-patch+json' };
        const init = { method: 'PATCH', headers, body: JSON.stringify(body) };
        await server().request(`${path}?fieldManager=kubectl-edit`, init);
        return { passed: false, because: 'somebody is at work' } as const;
      };
      const result = await drive(
        apply(set('v2'), stage, { approved, restarting: restartingOf(server().clock, { gate }) }),
      );
      expect(writes).toHaveLength(1);
      expect(result).toMatchObject({
        status: 'stopped',
        because: `StatefulSet ${namespace()}/db was changed by somebody else while it restarted, and differs now from what was approved; plan again`,
      });
    });
  });
};
