import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../shared/rollout/digest.ts';
import type { Manifest, RenderedTarget } from '../../shared/rollout/release.ts';
import { configMap, deployment } from './manifests.ts';
import { apply, deploy, inShort, isDryRun, isWrite, plan, renderedOf } from './rehearsal.ts';
import type { Server } from './server.ts';
import { playOn, web } from './theatre.ts';

/** What is planned, what is refused, and what it costs. */
export const planTargetSuite = (server: () => Server): void => {
  const { send, pathOf, read, stageOf, drive, refusals, actions, namespace } = playOn(server, 'plan');

  describe('a deployment of what is there', () => {
    it('costs one LIST of inventories and one LIST per kind, and writes nothing', async () => {
      await drive(deploy(web(), stageOf()));
      const stage = stageOf();
      const approved = await drive(plan(web(), stage));
      expect([stage.cluster.seen.length, stage.cluster.seen.filter(isDryRun)]).toEqual([2 + 1 + 3, []]);
      expect(Object.values(actions(approved))).toEqual(['unchanged', 'unchanged', 'unchanged']);
      await drive(deploy(web(), stage));
      expect(stage.cluster.seen.filter(isWrite)).toEqual([]);
    });

    it('gives the same plan, byte for byte, each time', async () => {
      await drive(deploy(web(), stageOf()));
      const next = renderedOf({ web: [configMap('settings', { key: 'other' }), deployment('web', { replicas: 3 })] });
      const plans = [await drive(plan(next, stageOf())), await drive(plan(next, stageOf()))];
      expect(canonicalJson(plans[0])).toBe(canonicalJson(plans[1]));
    });
  });

  describe('somebody else', () => {
    it('who owns a field is named, and nothing is planned', async () => {
      await drive(deploy(web(), stageOf()));
      const scaled = {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web', namespace: namespace() },
        spec: { replicas: 9 },
      };
      await send(
        'PATCH',
        `${pathOf('deployments', 'web')}?fieldManager=autoscaler&force=true`,
        scaled,
        'application/apply-patch+yaml',
      );
      expect(await refusals(web())).toEqual([
        {
          code: 'FIELD_CONFLICT',
          object: `apps/Deployment/${namespace()}/web`,
          because: `Deployment ${namespace()}/web: .spec.replicas is set by autoscaler; remove the fields from the manifest, or have their manager give them up`,
          conflicts: [{ path: '.spec.replicas', manager: 'autoscaler' }],
        },
      ]);
    });

    it('who used kubectl apply hands everything over, with the fields that are no longer stated', async () => {
      const old = configMap('settings', { key: 'old', gone: 'x' });
      const annotated = {
        ...old,
        metadata: {
          name: 'settings',
          annotations: { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(old) },
        },
      };
      await send(
        'POST',
        `/api/v1/namespaces/${namespace()}/configmaps?fieldManager=kubectl-client-side-apply`,
        annotated,
      );
      const annotation = '/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration';
      const partOf = '/metadata/labels/applyset.kubernetes.io~1part-of';
      const rendered = renderedOf({ web: [configMap('settings', { key: 'new' })] });
      const approved = await drive(deploy(rendered, stageOf()));
      expect(approved.objects.map(({ action, fields }) => [action, fields.map(({ path }) => path)])).toEqual([
        ['migrate', ['/data/gone', '/data/key', annotation, partOf]],
      ]);
      const live = await read('configmaps', 'settings');
      expect([live.data, live.metadata.managedFields?.map(({ manager }) => manager)]).toEqual([
        { key: 'new' },
        ['tidegate'],
      ]);
      expect(Object.keys(live.metadata.annotations ?? {})).toEqual(['tidegate.dev/fence']);
      const stage = stageOf();
      await drive(deploy(rendered, stage));
      expect(stage.cluster.seen.filter(isWrite)).toEqual([]);
    });

    it('whose set an object belongs to keeps it', async () => {
      const theirs = {
        ...configMap('settings'),
        metadata: { name: 'settings', labels: { 'applyset.kubernetes.io/part-of': 'applyset-theirs-v1' } },
      };
      await send('POST', `/api/v1/namespaces/${namespace()}/configmaps`, theirs);
      expect((await refusals(web())).map(({ code, because }) => [code, because])).toEqual([
        [
          'FOREIGN_SET',
          `ConfigMap ${namespace()}/settings belongs to the set applyset-theirs-v1 (whose inventory carries that as label applyset.kubernetes.io/id); remove it there or take it out of the release`,
        ],
      ]);
    });

    it('who deleted an object gets it back only by a new plan', async () => {
      await drive(deploy(web(), stageOf()));
      const approved = await drive(plan(web(), stageOf()));
      await send('DELETE', pathOf('configmaps', 'settings'));
      const result = await drive(apply(web(), stageOf(), { approved }));
      expect([result.status, 'because' in result && result.because.split(';')[0]]).toEqual([
        'stopped',
        `rehearsal differs by more than was approved: create ConfigMap ${namespace()}/settings`,
      ]);
    });
  });

  describe('a field that can not be changed', () => {
    const moved = (annotations?: Readonly<Record<string, string>>) =>
      renderedOf({
        web: [deployment('web', { selector: { app: 'web', tier: 'front' }, ...(annotations ? { annotations } : {}) })],
      });

    it('is refused with the way to allow it', async () => {
      await drive(deploy(renderedOf({ web: [deployment('web')] }), stageOf()));
      const [refusal] = await refusals(moved());
      expect(refusal?.code).toBe('IMMUTABLE_FIELD');
      expect(refusal?.because).toMatch(
        /field is immutable; undo the change, or allow its replacement by annotation tidegate.dev\/on-immutable-change: recreate$/,
      );
    });

    it('is changed by a new object where its annotation allows', async () => {
      await drive(deploy(renderedOf({ web: [deployment('web')] }), stageOf()));
      const before = await read('deployments', 'web');
      const rendered = moved({ 'tidegate.dev/on-immutable-change': 'recreate' });
      const stage = stageOf();
      const approved = await drive(deploy(rendered, stage));
      expect(approved.objects.map(({ action, uid }) => [action, uid])).toEqual([['recreate', before.metadata.uid]]);
      expect(stage.cluster.seen.filter(isWrite).map(inShort)).toEqual([
        'DELETE deployments/web',
        'PATCH deployments/web',
      ]);
      expect((await read('deployments', 'web')).metadata.uid).not.toBe(before.metadata.uid);
    });
  });

  describe('a release that can not be planned', () => {
    const because = async (rendered: RenderedTarget, stage = stageOf()) =>
      (await refusals(rendered, stage)).map((refusal) => `${refusal.code} ${refusal.because}`);

    it('names every mistake at once, with the file', async () => {
      const labelled = {
        ...configMap('c'),
        metadata: { name: 'c', labels: { 'applyset.kubernetes.io/part-of': 'x' } },
      };
      const generated: Manifest = JSON.parse('{"apiVersion":"v1","kind":"ConfigMap","metadata":{"generateName":"x-"}}');
      const gateway: Manifest = { apiVersion: 'gateway.example.com/v1', kind: 'Gateway', metadata: { name: 'g' } };
      const budget: Manifest = { apiVersion: 'policy/v1beta1', kind: 'PodDisruptionBudget', metadata: { name: 'p' } };
      expect(
        await because(renderedOf({ web: [generated, labelled, gateway, budget, configMap('d'), configMap('d', {})] })),
      ).toEqual([
        'GENERATE_NAME services/web.yaml:1: ConfigMap has generateName, which makes a new object each time; give it a name',
        'OWN_LABEL services/web.yaml:2: ConfigMap c carries label applyset.kubernetes.io/part-of, which tidegate sets; remove it',
        'UNKNOWN_KIND services/web.yaml:3: the cluster serves no Gateway of gateway.example.com/v1, and no CustomResourceDefinition among these objects brings it; add the CRD or install it first',
        'VERSION_NOT_SERVED services/web.yaml:4: the cluster does not serve PodDisruptionBudget as policy/v1beta1; it serves policy/v1',
        `IDENTITY_COLLISION services/web.yaml:5: ConfigMap ${namespace()}/d is also in services/web.yaml:6 (service web); keep one of them`,
        `IDENTITY_COLLISION services/web.yaml:6: ConfigMap ${namespace()}/d is also in services/web.yaml:5 (service web); keep one of them`,
      ]);
    });

    it('names a namespace that is missing', async () => {
      expect(await because(web(), { ...stageOf(), namespace: 'nowhere' })).toEqual([
        'NAMESPACE_MISSING rehearsal: namespace nowhere does not exist; create it, or add a Namespace object to the release',
      ]);
      const elsewhere = { ...configMap('x'), metadata: { name: 'x', namespace: 'nowhere' } };
      expect(await because(web(elsewhere))).toEqual([
        'NAMESPACE_MISSING ConfigMap nowhere/x: namespace nowhere does not exist; create it, or add it to the release',
      ]);
    });

    it('names a field that the schema does not know', async () => {
      const misspelt = { ...deployment('web'), spec: { ...(deployment('web').spec as object), replica: 3 } };
      const [refusal] = await refusals(renderedOf({ web: [misspelt] }));
      expect([refusal?.code, refusal?.because.includes('.spec.replica: field not declared in schema')]).toEqual([
        'INVALID',
        true,
      ]);
    });
  });
};
