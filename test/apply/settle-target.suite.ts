import { describe, expect, it } from 'vitest';
import { listAt, objectAt } from '../../shared/apply/fields.ts';
import type { Evidence } from '../../shared/apply/settle/gather-evidence.ts';
import type { SettleResult } from '../../shared/apply/settle-target.ts';
import type { Manifest, RenderedTarget } from '../../shared/rollout/release.ts';
import { configMap, deployment, widgetDefinition, widgetsIn } from './manifests.ts';
import { apply, deploy, plan, renderedOf, settle } from './rehearsal.ts';
import type { Server } from './server.ts';
import { playOn } from './theatre.ts';

const sayOf = (result: SettleResult): string | false => result.status !== 'settled' && result.because;
const evidenceOf = (result: SettleResult): readonly Evidence[] => (result.status === 'failed' ? result.evidence : []);

/** What is settled, what never will be, and how soon that is known. */
export const settleTargetSuite = (server: () => Server): void => {
  const { send, pathOf, stageOf, drive, namespace } = playOn(server, 'settle');
  const failing = async (rendered: RenderedTarget, withinMs = 60_000): Promise<SettleResult> => {
    const stage = stageOf();
    const { progress } = await drive(apply(rendered, stage, { approved: await drive(plan(rendered, stage)) }));
    return drive(settle(rendered, stage, progress, withinMs));
  };

  describe('settling', () => {
    /** As the set states it and a real server fills it in: trouble is to be named long before. */
    const patient = (manifest: Manifest): Manifest => ({
      ...manifest,
      spec: { ...objectAt(manifest, 'spec'), progressDeadlineSeconds: 600 },
    });

    it('names an image that is not there within 30 s, where its progress deadline says 600', async () => {
      const bad = patient(deployment('web', { image: 'registry.example.com/not-found:v2' }));
      expect(sayOf(await failing(renderedOf({ web: [bad] }), 30_000))).toMatch(
        new RegExp(
          `^rehearsal: Deployment ${namespace()}/web \\((ErrImagePull|ImagePullBackOff): pod web-.*image registry.example.com/not-found:v2 of container main`,
        ),
      );
    });

    it('fails on a crash loop, with the last lines of the log where there are logs', async () => {
      const result = await failing(
        renderedOf({ web: [deployment('web', { image: 'registry.example.com/crash:v2' })] }),
      );
      expect(sayOf(result)).toMatch(/CrashLoopBackOff: pod web-.*exit code 1/);
      if (server().hasLogs) expect(evidenceOf(result)[0]?.logs).toEqual(['panic: no route']);
    });

    it('says that a container was killed for its memory', async () => {
      const hungry = deployment('web', { image: 'registry.example.com/oom:v2' });
      expect(sayOf(await failing(renderedOf({ web: [hungry] })))).toMatch(/pod web-.*exit code 137 \(out of memory\)/);
    });

    it('fails on a container that can not be created, within 30 s', async () => {
      const unread = deployment('web', { image: 'registry.example.com/config-error:v2', reads: 'absent' });
      expect(sayOf(await failing(renderedOf({ web: [unread] }), 30_000))).toMatch(
        /\(CreateContainerConfigError: pod web-\S+: container main: configmap "absent" not found\)/,
      );
    });

    /** Larger than every node there is. */
    const tooLarge = deployment('web', {
      ...{ replicas: 1, cpu: '1000' },
      annotations: { 'tidegate.dev/waive-no-room': 'an autoscaler brings nodes of that size' },
    });

    it('fails on pods that no node takes after half a minute', async () => {
      expect(sayOf(await failing(renderedOf({ web: [tooLarge] }), 90_000))).toMatch(
        /^rehearsal: Deployment \S+ \(Unschedulable: pod web-\S+: 0\/\d nodes are available/,
      );
    });

    it('waits for nodes that an autoscaler brings, and names what it waits for', async () => {
      const rendered = renderedOf({ web: [tooLarge] });
      const stage = stageOf();
      const { progress } = await drive(apply(rendered, stage, { approved: await drive(plan(rendered, stage)) }));
      const report = async () => {
        const pods = await server().request(`/api/v1/namespaces/${namespace()}/pods`);
        const { name, uid } = objectAt(listAt(await pods.json(), 'items')[0], 'metadata');
        const at = new Date(server().clock.now()).toISOString().replace(/\.\d+Z/, 'Z');
        const event = {
          apiVersion: 'v1',
          kind: 'Event',
          metadata: { name: 'scale-up', namespace: namespace() },
          type: 'Normal',
          reason: 'TriggeredScaleUp',
          message: 'pod triggered scale-up: [{pool 1->2 (max: 8)}]',
          firstTimestamp: at,
          lastTimestamp: at,
          count: 1,
          source: { component: 'cluster-autoscaler' },
          involvedObject: { kind: 'Pod', namespace: namespace(), name, uid },
        };
        const headers = { 'content-type': 'application/json' };
        const path = `/api/v1/namespaces/${namespace()}/events`;
        return server().request(path, { method: 'POST', headers, body: JSON.stringify(event) });
      };
      const settling = settle(rendered, stage, progress, 36_000);
      const [result] = await drive(Promise.all([settling, server().clock.sleep(3000).then(report)]));
      expect(sayOf(result)).toMatch(
        /^rehearsal: not settled within 36 s: Deployment \S+ \(Unschedulable: pod web-.*; pod triggered scale-up: \[\{pool 1->2/,
      );
    });

    it('gives the reason and the last words of a Job that failed', async () => {
      const template = {
        spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'registry.example.com/crash:v1' }] },
      };
      const job: Manifest = {
        ...{ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'migrate' }, spec: { backoffLimit: 0, template } },
      };
      const result = await failing(renderedOf({ web: [job] }));
      expect(sayOf(result)).toMatch(
        /^rehearsal: Job \S+ \(JobFailed: BackoffLimitExceeded: Job has reached the specified backoff limit\)$/,
      );
      if (server().hasLogs) expect(evidenceOf(result)[0]?.logs).toEqual(['panic: no route']);
    });

    it('does not wait for a claim that is bound to its first pod, where there is none', async () => {
      const name = `late-${namespace()}`;
      const storage: Manifest = {
        ...{ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name } },
        ...{ provisioner: 'example.com/none', volumeBindingMode: 'WaitForFirstConsumer' },
      };
      const claim: Manifest = {
        ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data' } },
        spec: { storageClassName: name, accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      };
      expect(await failing(renderedOf({ web: [storage, claim] }))).toEqual({ status: 'settled' });
    });

    it('does not take the old pods for the new ones', async () => {
      const sick = renderedOf({ web: [deployment('web', { image: 'registry.example.com/crash:v1' })] });
      const stage = stageOf();
      const applied = await drive(apply(sick, stage, { approved: await drive(plan(sick, stage)) }));
      expect((await drive(settle(sick, stage, applied.progress))).status).toBe('failed');
      const cured = renderedOf({ web: [deployment('web', { image: 'registry.example.com/web:v2' })] });
      expect((await drive(deploy(cured, stage))).objects[0]?.action).toBe('change');
    });

    it('says what it waits for, and fails when the time is over', async () => {
      const rendered = renderedOf({ web: [deployment('web', { image: 'registry.example.com/hang:v2', replicas: 1 })] });
      const stage = stageOf();
      const applied = await drive(apply(rendered, stage, { approved: await drive(plan(rendered, stage)) }));
      const result = await drive(settle(rendered, stage, applied.progress, 3000));
      expect(result.status === 'failed' && result.because).toMatch(
        new RegExp(
          `^rehearsal: not settled within 3 s: Deployment ${namespace()}/web \\((LessReady|LessAvailable): 0 of 1 replicas are`,
        ),
      );
    });

    it('fails for an object that was replaced since it was written', async () => {
      const rendered = renderedOf({ web: [configMap('settings')] });
      const stage = stageOf();
      const applied = await drive(apply(rendered, stage, { approved: await drive(plan(rendered, stage)) }));
      await send('DELETE', pathOf('configmaps', 'settings'));
      const result = await drive(settle(rendered, stage, applied.progress));
      expect(result.status === 'failed' && result.because).toBe(
        `rehearsal: ConfigMap ${namespace()}/settings (Missing: it is gone since it was applied)`,
      );
    });
    it('waits for a custom object by the rule of its kind', async () => {
      const [version] = widgetDefinition.spec.versions;
      const withStatus = {
        ...version,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      };
      const { definition, widget } = widgetsIn('settle.example.com');
      const stating = { ...definition, spec: { ...definition.spec, versions: [withStatus] } };
      const rendered = renderedOf({ widgets: [stating, widget('it', 1)] });
      const stage = stageOf();
      const { progress } = await drive(apply(rendered, stage, { approved: await drive(plan(rendered, stage)) }));
      const rules = [
        {
          group: 'settle.example.com',
          kind: 'Widget',
          ready: 'object.status.size == object.spec.size',
          failed: 'has(object.status) && object.status.broken',
        },
      ];
      const path = `/apis/settle.example.com/v1/namespaces/${namespace()}/widgets/it/status`;
      const report = (status: object) => send('PATCH', path, { status }, 'application/merge-patch+json');
      const during = async (status: object) => {
        const settling = settle(rendered, stage, progress, 20_000, rules);
        const [result] = await drive(
          Promise.all([
            settling,
            server()
              .clock.sleep(1000)
              .then(() => reporting(status)),
          ]),
        );
        return result;
      };
      const reporting = (status: object) =>
        server().request(path, {
          method: 'PATCH',
          headers: { 'content-type': 'application/merge-patch+json' },
          body: JSON.stringify({ status }),
        });
      expect(await during({ size: 1, broken: false })).toEqual({ status: 'settled' });
      await report({ size: 0, broken: false });
      expect(await during({ broken: true })).toMatchObject({
        status: 'failed',
        because: `rehearsal: Widget ${namespace()}/it (Failed: its rule says so: has(object.status) && object.status.broken)`,
      });
    });
  });
};

/** Where a server keeps to quotas. */
export const settleWithQuotaSuite = (server: () => Server): void => {
  const { send, stageOf, drive, namespace } = playOn(server, 'quota');

  const failing = async (rendered: RenderedTarget): Promise<SettleResult> => {
    const stage = stageOf();
    const { progress } = await drive(apply(rendered, stage, { approved: await drive(plan(rendered, stage)) }));
    return drive(settle(rendered, stage, progress, 45_000));
  };

  // Planning would refuse them: the quota is known to be in the way.
  const annotations = { 'tidegate.dev/waive-quota-exceeded': 'tried all the same' };
  const set: Manifest = { ...deployment('db', { annotations }), kind: 'StatefulSet' };
  const spec = { ...objectAt(set, 'spec'), serviceName: 'db' };
  it.each([deployment('web', { annotations }), { ...set, spec }])(
    'fails on pods of a $kind that may not even be created, with the words of who refuses them',
    async (refused) => {
      const quota: Manifest = {
        ...{ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'none' }, spec: { hard: { pods: '0' } } },
      };
      await send('POST', `/api/v1/namespaces/${namespace()}/resourcequotas`, quota);
      const result = await failing(renderedOf({ web: [refused] }));
      expect(sayOf(result)).toMatch(
        new RegExp(`^rehearsal: ${refused.kind} \\S+ \\(FailedCreate: .*exceeded quota: none`),
      );
      expect(evidenceOf(result)[0]?.events.some((line) => line.includes('FailedCreate'))).toBe(true);
    },
  );
};
