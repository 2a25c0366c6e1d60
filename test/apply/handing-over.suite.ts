import { describe, expect, it } from 'vitest';
import type { LiveObject } from '../../shared/apply/live-object.ts';
import type { Manifest, RenderedTarget } from '../../shared/rollout/release.ts';
import { deployment } from './manifests.ts';
import { apply, deploy, isWrite, plan, renderedOf, type Stage } from './rehearsal.ts';
import type { Server } from './server.ts';
import { playOn } from './theatre.ts';

const scaler = (kind: string): Manifest => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web' },
  spec: { minReplicas: 1, maxReplicas: 9, scaleTargetRef: { apiVersion: 'apps/v1', kind, name: 'web' } },
});
const allowed = { 'tidegate.dev/on-immutable-change': 'recreate' };
const statefulSet = (serviceName: string): Manifest => {
  const { spec, ...object } = deployment('web', { annotations: allowed });
  return { ...object, kind: 'StatefulSet', spec: { ...(spec as object), replicas: 3, serviceName } };
};

/** Fields that change hands: what one lets go of, another has before it is missed. */
export const handingOverSuite = (server: () => Server): void => {
  const { send, pathOf, read, stageOf, drive, namespace } = playOn(server, 'handed');
  /** Applied and not waited for: where there are no metrics an autoscaler never settles. */
  const bring = async (rendered: RenderedTarget, stage: Stage): Promise<void> => {
    const approved = await drive(plan(rendered, stage));
    expect((await drive(apply(rendered, stage, { approved }))).status).toBe('done');
  };
  const replicas = async (resource = 'deployments') =>
    ((await read(resource, 'web')).spec as { readonly replicas?: number }).replicas;

  describe('replicas that an autoscaler takes over', () => {
    it('stay as they are where kubectl had stated them, through the migration as well', async () => {
      const last = { 'kubectl.kubernetes.io/last-applied-configuration': '{}' };
      const theirs = deployment('web', { replicas: 4, annotations: last });
      await send('POST', `${pathOf('deployments', '').slice(0, -1)}?fieldManager=kubectl-client-side-apply`, theirs);
      const rendered = renderedOf({ web: [deployment('web', { replicas: 2 }), scaler('Deployment')] });
      const approved = await drive(plan(rendered, stageOf()));
      expect(approved.objects.map(({ action }) => action)).toEqual(['create', 'migrate']);
      expect((await drive(apply(rendered, stageOf(), { approved }))).status).toBe('done');
      expect(await replicas()).toBe(4);
      const again = stageOf();
      await bring(rendered, again);
      expect([again.cluster.seen.filter(isWrite), await replicas()]).toEqual([[], 4]);
    });

    it('stay as they are where the workload has to be made anew', async () => {
      const first = deployment('web', { replicas: 4, annotations: allowed });
      await drive(deploy(renderedOf({ web: [first] }), stageOf()));
      await bring(renderedOf({ web: [first, scaler('Deployment')] }), stageOf());
      expect(await replicas()).toBe(4);
      const moved = deployment('web', { selector: { app: 'web', tier: 'front' }, annotations: allowed });
      const next = renderedOf({ web: [moved, scaler('Deployment')] });
      const approved = await drive(plan(next, stageOf()));
      expect(approved.objects.map(({ action }) => action)).toEqual(['unchanged', 'recreate']);
      expect((await drive(apply(next, stageOf(), { approved }))).status).toBe('done');
      expect(await replicas()).toBe(4);
      expect((await drive(plan(next, stageOf()))).objects.map(({ action }) => action)).toEqual([
        'unchanged',
        'unchanged',
      ]);
    });
  });

  describe('a StatefulSet that is made anew', () => {
    it('takes its pods over, all of them, and stops none', async () => {
      const pods = async () => {
        const { items } = (await send(
          'GET',
          `/api/v1/namespaces/${namespace()}/pods?labelSelector=app%3Dweb`,
        )) as LiveObject & {
          readonly items: readonly LiveObject[];
        };
        return items.map(({ metadata }) => `${metadata.name} ${metadata.uid}`).sort();
      };
      await drive(deploy(renderedOf({ web: [statefulSet('one')] }), stageOf()));
      await bring(renderedOf({ web: [statefulSet('one'), scaler('StatefulSet')] }), stageOf());
      const before = await pods();
      expect(before).toHaveLength(3);
      const next = renderedOf({ web: [statefulSet('two'), scaler('StatefulSet')] });
      const approved = await drive(plan(next, stageOf()));
      expect(approved.objects.map(({ action }) => action)).toEqual(['unchanged', 'recreate']);
      const { uid } = (await read('statefulsets', 'web')).metadata;
      const stage = stageOf();
      expect(await drive(apply(next, stage, { approved }))).toMatchObject({ status: 'done' });
      const made = await read('statefulsets', 'web');
      expect([made.metadata.uid === uid, await replicas('statefulsets'), await pods()]).toEqual([false, 3, before]);
    });
  });
};
