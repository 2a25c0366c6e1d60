import { afterAll, describe, expect, test } from 'vitest';
import { readDrifts } from '../../shared/drift/drift-row.ts';
import { smallFleetConfig } from './fleet-config.ts';
import { image, openRehearsal } from './rehearsal.ts';

const config = (version: string, changes: object = {}): string => {
  const { waves } = JSON.parse(smallFleetConfig(version));
  const bare = waves.map(({ approval: _, ...wave }: { readonly approval?: unknown }) => ({ ...wave, gates: [] }));
  return smallFleetConfig(version, { waves: bare, gates: {}, ...changes });
};

const story = await openRehearsal({ config: config('v1') });
afterAll(story.close);
const merge = (version: string, changes?: object) =>
  story.merge({ 'tidegate.json': config(version, changes) }, version);

const looked = 5 * 60_000 + 30_000;
const configMap = '/api/v1/namespaces/default/configmaps/web';
/** Sets a field by hand, as `kubectl edit` does, or takes it away again. */
const edit = (target: string, value: string) =>
  story.api(
    target,
    'PATCH',
    `${configMap}?fieldManager=kubectl-edit`,
    { data: { target: value } },
    'application/merge-patch+json',
  );
const driftOf = async (target: string) =>
  (await readDrifts(story.instance.outside.ledger)).find((each) => each.target === target);
const at = expect.any(Number);

describe('drift', () => {
  test('of nothing is found where everything is as it was deployed, and looking writes nothing', async () => {
    const first = await story.begin();
    expect(await story.ended(first)).toMatchObject({ outcome: 'succeeded' });
    const { commit } = await story.rolloutRow(first);
    const before = story.mark();
    await story.pass(looked);
    expect(await readDrifts(story.instance.outside.ledger)).toEqual(
      [...story.targets].sort().map((target) => ({ target, at, commit, rollout: first, status: 'as-deployed' })),
    );
    for (const target of story.targets) expect([target, story.writes(target, before)]).toEqual([target, []]);
  });

  test('by hand is found within five minutes, and holds its target alone until it is put back', async () => {
    await edit('gke-internal', 'somewhere else');
    await story.pass(looked);
    const drift = await driftOf('gke-internal');
    expect(drift).toEqual({
      target: 'gke-internal',
      at,
      commit: expect.any(String),
      rollout: expect.any(String),
      status: 'drifted',
      since: drift?.at,
      holds: true,
      count: 1,
      objects: [
        {
          ...{ id: '/ConfigMap/default/web', because: '1 field differs: /data/target' },
          written: { manager: 'kubectl-edit', operation: 'Update', at },
        },
      ],
    });
    const rollout = await merge('v2');
    const waits =
      /^internal waits: target gke-internal is held by alert drift: gke-internal has drifted: 1 object is not as [0-9a-f]{7} left it: \/ConfigMap\/default\/web \(1 field differs: \/data\/target\)/;
    await story.until(async () => (await story.events(rollout)).some((text) => waits.test(text)));
    expect(story.running('eks-staging')).toEqual([image('v2')]);
    expect(story.running('gke-internal')).toEqual([image('v1')]);
    // Put back by hand.
    await edit('gke-internal', 'gke-internal');
    expect(await story.ended(rollout)).toMatchObject({ outcome: 'succeeded' });
    await story.pass(looked);
    expect(await driftOf('gke-internal')).toMatchObject({ rollout, status: 'as-deployed' });
  });

  test('that somebody lets by is put back by the release that goes on, and held no more', async () => {
    await story.api('eks-a', 'DELETE', '/api/v1/namespaces/default/services/web');
    await story.pass(looked);
    expect(await driftOf('eks-a')).toMatchObject({
      status: 'drifted',
      objects: [{ id: '/Service/default/web', because: 'it is gone' }],
    });
    await story.waive('target', 'eks-a');
    const rollout = await merge('v3');
    expect(await story.ended(rollout)).toMatchObject({ outcome: 'succeeded' });
    expect(await story.names('eks-a', 'v1/namespaces/default/services')).toContain('web');
    await story.pass(looked);
    const drift = await driftOf('eks-a');
    expect(drift).toMatchObject({ rollout, status: 'as-deployed' });
    expect(drift).not.toHaveProperty('holds');
  });

  test('is told of and holds nothing where the config says so', async () => {
    expect(await story.ended(await merge('v4', { drift: 'report' }))).toMatchObject({ outcome: 'succeeded' });
    await edit('gke-internal', 'somewhere else');
    await story.pass(looked);
    const drift = await driftOf('gke-internal');
    expect(drift).toMatchObject({ status: 'drifted' });
    expect(drift).not.toHaveProperty('holds');
    expect(await story.ended(await merge('v5', { drift: 'report' }))).toMatchObject({ outcome: 'succeeded' });
  });
});
