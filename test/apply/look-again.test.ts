import { expect, it } from 'vitest';
import { type LookInput, lookAgain } from '../../shared/apply/look-again.ts';
import type { ObjectId } from '../../shared/rollout/plan.ts';
import type { RenderedTarget } from '../../shared/rollout/release.ts';
import { configMap, deployment } from './manifests.ts';
import { apply, deploy, plan, renderedOf } from './rehearsal.ts';
import { describeOnSimulatedServer } from './server.ts';
import { playOn, web } from './theatre.ts';

describeOnSimulatedServer('a last look at what was deployed', (server) => {
  const { drive, stageOf, namespace, send, pathOf } = playOn(server, 'again');

  /** What it finds, and the collections and objects that it reads, discovery aside. */
  const look = async (rendered: RenderedTarget, given: Partial<LookInput> = {}) => {
    const { cluster, clock } = stageOf();
    const input = { rendered, namespace: namespace(), kept: [], asksWhetherRuns: true, ...given };
    const seen = await drive(lookAgain(input, { cluster, clock }, new AbortController().signal));
    const asked = cluster.seen.map(({ method, path }) => `${method} ${path.split('?')[0]?.split('/').at(-1)}`);
    return { seen, asked: asked.filter((each) => each !== 'GET api' && each !== 'GET apis').sort() };
  };
  const members = ['GET configmaps', 'GET configmaps', 'GET deployments', 'GET services'];
  const settled = { status: 'as-deployed', objects: 3, stillness: { status: 'settled' } };

  it('lists inventories, and each collection of the set once, where all runs', async () => {
    await drive(deploy(web(), stageOf()));
    await drive(server().clock.sleep(11 * 60_000));
    expect(await look(web())).toEqual({ seen: settled, asked: members });
  });

  it('lists pods and ReplicaSets, each once, of what was written lately', async () => {
    await drive(deploy(web(), stageOf()));
    expect(await look(web())).toEqual({ seen: settled, asked: [...members, 'GET pods', 'GET replicasets'].sort() });
  });

  it('does not ask whether what was taken back to runs', async () => {
    await drive(deploy(web(), stageOf()));
    const { seen, asked } = await look(web(), { asksWhetherRuns: false });
    expect([seen, asked]).toEqual([{ status: 'as-deployed', objects: 3 }, members]);
  });

  it('says what deploying again would do: what is gone, was changed, or should have been removed', async () => {
    await drive(deploy(web(configMap('left'), configMap('gone')), stageOf()));
    await send('DELETE', pathOf('configmaps', 'gone'));
    await send(
      'PATCH',
      `${pathOf('configmaps', 'settings')}?fieldManager=kubectl-edit`,
      { data: { key: 'by hand' } },
      'application/merge-patch+json',
    );
    const id = (name: string): ObjectId => `/ConfigMap/${namespace()}/${name}`;
    const hash = expect.stringMatching(/^sha256:[0-9a-f]{64}$/);
    const changed = [
      { id: id('gone'), action: 'create', fields: [{ path: '', withHash: hash }] },
      {
        ...{ id: id('settings'), action: 'change' },
        fields: [{ path: '/data/key', replaces: 'by hand', replacesHash: hash, with: 'value', withHash: hash }],
        written: { manager: 'kubectl-edit', operation: 'Update', at: expect.any(Number) },
      },
    ];
    const wanted = web(configMap('gone'));
    const left = { id: id('left'), action: 'prune', fields: [] };
    expect((await look(wanted)).seen).toEqual({ status: 'different', objects: 4, toDo: [...changed, left] });
    expect((await look(wanted, { kept: [id('left')] })).seen).toEqual({
      status: 'different',
      objects: 4,
      toDo: changed,
    });
  });

  it('tells what is on its way from what is lost', async () => {
    const slow = renderedOf({ web: [deployment('web', { image: 'registry.example.com/web:v2' })] });
    const stage = stageOf();
    await drive((async () => apply(slow, stage, { approved: await plan(slow, stage) }))());
    expect((await look(slow)).seen).toMatchObject({ stillness: { status: 'unsettled' } });
    const crashing = renderedOf({ web: [deployment('web', { image: 'registry.example.com/crash:v1' })] });
    await drive((async () => apply(crashing, stage, { approved: await plan(crashing, stage) }))());
    await drive(server().clock.sleep(60_000));
    expect((await look(crashing)).seen).toMatchObject({
      status: 'as-deployed',
      stillness: { status: 'lost', because: expect.stringContaining('web') },
    });
  });
});
