import { describe, expect, it } from 'vitest';
import { configMap, deployment, widget, widgetDefinition } from './manifests.ts';
import { apply, deploy, plan, renderedOf, settle } from './rehearsal.ts';
import type { Server } from './server.ts';
import { playOn } from './theatre.ts';

/** What is settled, what never will be, and how soon that is known. */
export const settleTargetSuite = (server: () => Server): void => {
  const { send, pathOf, stageOf, drive, namespace } = playOn(server, 'settle');

  describe('settling', () => {
    it('fails on an image that is not there, within seconds, and names it', async () => {
      const rendered = renderedOf({ web: [deployment('web', { image: 'registry.example.com/not-found:v2' })] });
      const stage = stageOf();
      const applied = await drive(apply(rendered, stage, { approved: await drive(plan(rendered, stage)) }));
      const before = server().clock.now();
      const result = await drive(settle(rendered, stage, applied.progress));
      expect(server().clock.now() - before).toBeLessThan(30_000);
      expect(result.status === 'failed' && result.because).toMatch(
        new RegExp(
          `^rehearsal: Deployment ${namespace()}/web \\((ErrImagePull|ImagePullBackOff): pod web-.*image registry.example.com/not-found:v2 of container main`,
        ),
      );
    });

    it('fails on a crash loop, with the last lines of the log where there are logs', async () => {
      const rendered = renderedOf({ web: [deployment('web', { image: 'registry.example.com/crash:v2' })] });
      const stage = stageOf();
      const applied = await drive(apply(rendered, stage, { approved: await drive(plan(rendered, stage)) }));
      const result = await drive(settle(rendered, stage, applied.progress));
      expect(result.status === 'failed' && result.because).toMatch(/CrashLoopBackOff: pod web-.*exit code 1/);
      if (server().hasLogs) expect(result.status === 'failed' && result.evidence[0]?.logs).toEqual(['panic: no route']);
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
      const definition = {
        ...widgetDefinition,
        metadata: { name: 'widgets.settle.example.com' },
        spec: { ...widgetDefinition.spec, group: 'settle.example.com', versions: [withStatus] },
      };
      const made = { ...widget('it', 1), apiVersion: 'settle.example.com/v1' };
      const rendered = renderedOf({ widgets: [definition, made] });
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
