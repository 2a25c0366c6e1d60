import { describe, expect, it } from 'vitest';
import { deployment } from './manifests.ts';
import { apply, plan, renderedOf, settle } from './rehearsal.ts';
import { describeOnSimulatedServer } from './server.ts';
import { settleTargetSuite } from './settle-target.suite.ts';
import { playOn } from './theatre.ts';

describeOnSimulatedServer('settleTarget', (server) => {
  settleTargetSuite(server);

  describe('a workload that was ready for a moment', () => {
    const { stageOf, drive, namespace } = playOn(server, 'flapping');

    it('is not settled between two crashes, however ready it is just then', async () => {
      const rendered = renderedOf({ web: [deployment('web', { image: 'registry.example.com/flap:v1', replicas: 1 })] });
      const stage = stageOf();
      const { progress } = await drive(apply(rendered, stage, { approved: await drive(plan(rendered, stage)) }));
      // Started, crashed after 3 s, and started again at once, as a kubelet does the first time.
      await drive(server().clock.sleep(4500));
      const web = await drive(server().request(`/apis/apps/v1/namespaces/${namespace()}/deployments/web`));
      expect(await web.json()).toMatchObject({ status: { readyReplicas: 1, updatedReplicas: 1 } });
      const result = await drive(settle(rendered, stage, progress));
      expect(result.status === 'failed' && result.because).toMatch(/\(CrashLoopBackOff: pod web-\S+: container main/);
    });
  });
});
