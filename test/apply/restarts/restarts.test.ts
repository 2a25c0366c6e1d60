import { expect, it } from 'vitest';
import { usualRules } from '../../../shared/apply/restarts/plan-restarts.ts';
import { apply, deploy, plan, renderedOf, restartingOf } from '../rehearsal.ts';
import { describeOnSimulatedServer } from '../server.ts';
import { playOn } from '../theatre.ts';
import { mostAMinute, placeNow, podsMade, watchRestarts } from './restart-stage.ts';
import { chain, dependencies, restartsSuite } from './restarts.suite.ts';
import { daemonSet } from './workloads.ts';

const fast = { rollingUpdate: { maxUnavailable: '100%' } };

describeOnSimulatedServer('ordered restarts', restartsSuite);

describeOnSimulatedServer('where time costs nothing', (server) => {
  const { stageOf, drive, namespace } = playOn(server, 'patient');
  const watched = () => {
    const { cluster, writes } = watchRestarts(server(), namespace());
    return { stage: { cluster, clock: server().clock, namespace: namespace() }, writes };
  };

  it('a gate that never passes ends the deployment, and what was waited for is said', async () => {
    await drive(deploy(chain('v1'), stageOf()));
    const { stage, writes } = watched();
    const approved = await drive(plan(chain('v2'), stage, { ...usualRules, dependencies }));
    const gate = async () => ({ passed: false, because: 'gate api-up has no samples' }) as const;
    const restarting = restartingOf(server().clock, { gate, settleWithinMs: 30_000 });
    const result = await drive(apply(chain('v2'), stage, { approved, restarting }));
    expect(writes.map(({ workload }) => workload)).toEqual(['deployments/index']);
    expect(result).toMatchObject({
      status: 'failed',
      because: `Deployment ${namespace()}/storage (2 of 3) waits to restart: gate api-up has no samples; given up after 90 s`,
    });
  });

  it('what restarted before on the target counts, whoever did it', async () => {
    await drive(deploy(chain('v1'), stageOf()));
    const { stage, writes } = watched();
    const approved = await drive(plan(chain('v2'), stage, { ...usualRules, perMinute: 3, dependencies }));
    const log = restartingOf(server().clock).log;
    const now = server().clock.now();
    const before = {
      workload: 'apps/Deployment/other/api',
      pods: 2,
      begunAt: now - 90_000,
      settledAt: now - 20_000,
    } as const;
    const read = async () => [...(await log.read()), { ...before, isOurs: false }];
    const restarting = restartingOf(server().clock, { log: { ...log, read } });
    expect((await drive(apply(chain('v2'), stage, { approved, restarting }))).status).toBe('done');
    const seconds = writes.map(({ at }) => Math.floor((at - now) / 1000));
    // Two of three places are free again 40 s from now; each restart keeps its two until a minute after it has settled.
    expect(seconds[0]).toBeGreaterThanOrEqual(40);
    expect(seconds[0]).toBeLessThan(44);
    expect((seconds[1] ?? 0) - (seconds[0] ?? 0)).toBeGreaterThanOrEqual(60);
    expect((seconds[2] ?? 0) - (seconds[1] ?? 0)).toBeGreaterThanOrEqual(60);
  });

  it('a DaemonSet on more nodes than the cap is paced by the server itself', async () => {
    const agent = (version: string) =>
      renderedOf({ agent: [daemonSet('agent', { version, spec: { updateStrategy: fast } })] });
    await drive(deploy(agent('v1'), stageOf()));
    await drive(server().clock.sleep(60_000));
    const { stage } = watched();
    const approved = await drive(plan(agent('v2'), stage, { ...usualRules, perMinute: 1 }));
    const since = await drive(placeNow(server(), namespace()));
    expect((await drive(apply(agent('v2'), stage, { approved }))).status).toBe('done');
    const made = await drive(podsMade(server(), namespace(), since));
    expect([made.length, mostAMinute(made)]).toEqual([3, 1]);
    const again = await drive(plan(agent('v2'), stageOf()));
    expect(again.objects.map(({ action }) => action)).toEqual(['unchanged']);
  });
});
