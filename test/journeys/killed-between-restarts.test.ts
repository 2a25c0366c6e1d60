import { rmSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { memoryFolder } from '../memory-folder.ts';
import { openRehearsal } from './rehearsal.ts';
import { digestOf, threeConfig, threeFiles } from './restart-fleet.ts';

const dir = memoryFolder('tidegate-restarts-');
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const open = () => openRehearsal({ dir, config: threeConfig(true), files: threeFiles('v1') });

test('an instance that ends between two restarts is gone on with by the next one, in the same order, nothing twice', async () => {
  const before = await open();
  expect(await before.ended(await before.begin())).toMatchObject({ outcome: 'succeeded' });
  const mark = before.mark();
  const second = await before.merge(threeFiles('v2'), 'Version 2');
  const isHalfWay = (text: string) =>
    text.startsWith('eks-internal restarts StatefulSet default/index-b (2 of 4): pod 1');
  await before.until(async () => (await before.events(second)).some(isHalfWay));
  await before.close();

  const after = await open();
  expect(await after.ended(second)).toMatchObject({ outcome: 'succeeded' });
  const restarts = (await after.events(second)).filter((text) => text.startsWith('eks-internal restarts'));
  expect(restarts.map((text) => text.replace('eks-internal restarts ', ''))).toEqual([
    'StatefulSet default/index-a (1 of 4): pod 1 of 2',
    'StatefulSet default/index-a (1 of 4): pod 2 of 2',
    'StatefulSet default/index-b (2 of 4): pod 1 of 2',
    'StatefulSet default/index-b (2 of 4): pod 2 of 2',
    'Deployment default/storage (3 of 4): 3 pods',
    'Deployment default/gateway (4 of 4): 3 pods',
  ]);
  const writes = after.writes('eks-internal', mark).map((write) => write.split('/').at(-1));
  expect(writes).toEqual(['index-a', 'index-a', 'index-b', 'index-b', 'storage', 'gateway']);
  const images = ['gateway', 'index', 'storage'].map(
    (service) => `registry.example.com/${service}@${digestOf(service, 'v2')}`,
  );
  expect([...after.running('eks-internal')].sort()).toEqual(images.sort());
  await after.close();
});
