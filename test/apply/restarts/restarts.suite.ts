import { describe, expect, it } from 'vitest';
import { usualRules } from '../../../shared/apply/restarts/plan-restarts.ts';
import type { RenderedTarget } from '../../../shared/rollout/release.ts';
import { apply, deploy, plan, renderedOf, type Stage } from '../rehearsal.ts';
import type { Server } from '../server.ts';
import { playOn } from '../theatre.ts';
import { watchRestarts } from './restart-stage.ts';
import { deployment, selecting, statefulSet } from './workloads.ts';

/** Three services that call each other: gateway -> storage -> index. */
const chain = (version: string): RenderedTarget =>
  renderedOf({
    index: [deployment('index', { version })],
    storage: [deployment('storage', { version })],
    gateway: [deployment('gateway', { version })],
  });

const dependencies = {
  index: { dependsOn: [] },
  storage: { dependsOn: ['index'] },
  gateway: { dependsOn: ['storage'] },
};

export const restartsSuite = (server: () => Server): void => {
  const { stageOf, drive, namespace, read } = playOn(server, 'restarts');
  const watched = () => {
    const { cluster, writes } = watchRestarts(server(), namespace());
    const stage: Stage = { cluster, clock: server().clock, namespace: namespace() };
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
      expect((await drive(apply(set('v2'), stage, { approved }))).status).toBe('done');
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
      const again = await drive(plan(set('v2'), stageOf()));
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
      const { stage, writes } = watched();
      const approved = await drive(plan(large('v2'), stage, { ...usualRules, perMinute: 3 }));
      expect(approved.restarts.steps[0]?.pace).toEqual({ maxSurge: 2, maxUnavailable: 1, minReadySeconds: 60 });
      const began = server().clock.now();
      expect((await drive(apply(large('v2'), stage, { approved }))).status).toBe('done');
      expect(writes.map(({ unsettled }) => unsettled)).toEqual([[], []]);
      expect(server().clock.now() - began).toBeGreaterThan(120_000);
      const live = await read('deployments', 'web');
      expect(live.spec).toMatchObject({ strategy });
      expect(live.spec).not.toHaveProperty('minReadySeconds');
      const again = await drive(plan(large('v2'), stageOf()));
      expect(again.objects.map(({ action }) => action)).toEqual(['unchanged']);
    });
  });
};
