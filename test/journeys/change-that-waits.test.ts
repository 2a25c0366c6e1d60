import { afterAll, expect, test } from 'vitest';
import { configMap } from '../apply/manifests.ts';
import { deployment, selecting } from '../apply/restarts/workloads.ts';
import { fleetConfig } from './fleet-config.ts';
import { openRehearsal } from './rehearsal.ts';
import { digestOf } from './restart-fleet.ts';

/** A web service whose pods read their flags when they start. */
const web = (version: string, flag: string): Readonly<Record<string, string>> => {
  const pods = deployment('web', { replicas: 2, container: { envFrom: [{ configMapRef: { name: 'flags' } }] } });
  const text = JSON.stringify(
    [configMap('flags', { checkout: flag }), selecting('web', { app: 'web' }), pods],
    null,
    2,
  );
  return {
    'services/web.json': text.replace(/"registry[^"]*"/, `"registry.example.com/web@${digestOf('web', version)}"`),
  };
};

const config = (service: object = {}): string => {
  const { targets, waves } = JSON.parse(fleetConfig('v1'));
  return fleetConfig('v1', {
    services: { web: { manifests: 'services/web.json', ...service } },
    targets: { 'eks-staging': targets['eks-staging'] },
    waves: waves.slice(0, 1).map((wave: object) => ({ ...wave, soak: '1m' })),
  });
};

const story = await openRehearsal({ config: config(), files: web('v1', 'off') });
afterAll(story.close);

const roll = async (changes: Readonly<Record<string, string>>, message: string): Promise<string> => {
  const rollout = await story.merge(changes, message);
  expect(await story.ended(rollout)).toMatchObject({ outcome: 'succeeded' });
  return rollout;
};
const restartsOf = async (rollout: string) => (await story.planned(rollout, 'staging', 'eks-staging')).restarts;
const effect = 'ConfigMap default/flags (checkout) takes effect at the next restart of Deployment default/web';

let flagged = '';

test('a changed ConfigMap restarts nothing, and the wave passes with the words that its soak has not seen it', async () => {
  expect(await story.ended(await story.begin())).toMatchObject({ outcome: 'succeeded' });
  flagged = await roll(web('v1', 'on'), 'Flag on');
  const texts = await story.events(flagged);
  expect(texts.filter((text) => /^staging (planned|passed)/.test(text))).toEqual([
    expect.stringMatching(
      /on 1 targets: 0 create, 1 change, 0 migrate, 0 recreate, 0 prune, 2 unchanged; nothing restarts; \d+ warnings$/,
    ),
    `staging passed: wave staging passed its gates; this soak has not seen: ${effect} (1 of 1 targets)`,
  ]);
  expect(texts.filter((text) => text.includes('restarts Deployment'))).toEqual([]);
});

test('it goes on waiting through rollouts that do not restart its pods', async () => {
  const other = await roll(
    { ...web('v1', 'on'), 'services/web.json': `${web('v1', 'on')['services/web.json']}\n` },
    'No change',
  );
  expect(await restartsOf(other)).toMatchObject({ steps: [], later: [], waiting: [{ rollout: flagged }] });
});

test('the rollout that restarts them names it among the causes: what breaks now need not be what is new', async () => {
  const second = await roll(web('v2', 'on'), 'Version 2');
  const { steps, waiting } = await restartsOf(second);
  expect(waiting).toEqual([]);
  expect(steps[0]?.causes).toEqual([
    { change: 'template', paths: ['/spec/template/spec/containers[name=main]/image'] },
    { change: 'earlier', effect: expect.objectContaining({ rollout: flagged }) },
  ]);
  const third = await roll(web('v3', 'on'), 'Version 3');
  expect((await restartsOf(third)).steps[0]?.causes).toEqual([
    { change: 'template', paths: ['/spec/template/spec/containers[name=main]/image'] },
  ]);
});

test('with restartOnConfigChange the pods restart, and the ConfigMap is the cause', async () => {
  await roll({ 'tidegate.json': config({ restartOnConfigChange: true }) }, 'Restart on change');
  const off = await roll(web('v3', 'off'), 'Flag off');
  expect(await restartsOf(off)).toMatchObject({
    steps: [{ causes: [{ change: 'config', object: '/ConfigMap/default/flags', keys: ['checkout'] }] }],
    later: [],
    waiting: [],
  });
  expect(await story.events(off)).toContain('eks-staging restarts Deployment default/web (1 of 1): 2 pods');
});
