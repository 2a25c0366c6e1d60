import { afterAll, expect, test } from 'vitest';
import { fleetConfig, image, openRehearsal } from './rehearsal.ts';

const waves = JSON.parse(fleetConfig('v1')).waves.map((wave: { name: string }) =>
  wave.name === 'external' ? { ...wave, maxFailures: 1 } : wave,
);
const story = await openRehearsal({ config: fleetConfig('v1', { waves }) });
afterAll(story.close);

test('one dead target of four costs the other three nothing and is a debt that shows', async () => {
  await story.settleFirst();
  const mark = story.mark();
  const second = await story.merge({ 'tidegate.json': fleetConfig('v2', { waves }) }, 'Version 2');
  const approval = await story.asked();
  story.instance.fleet.setDown('gke-a', true);
  await story.decide(approval, 'approve');

  expect(await story.ended(second)).toMatchObject({ outcome: 'partial', because: 'not on the release: gke-a' });
  for (const target of ['eks-a', 'eks-b', 'aks-a'])
    expect([target, story.running(target)]).toEqual([target, [image('v2')]]);
  expect(story.running('gke-a')).toEqual([image('v1')]);
  expect(story.writes('gke-a', mark)).toEqual([]);
});

test('where no target may be lost, the same takes the release back everywhere', async () => {
  const third = await story.merge({ 'tidegate.json': fleetConfig('v3', {}) }, 'Version 3, and no target may be lost');
  const approval = await story.asked();
  await story.decide(approval, 'approve');
  expect(await story.ended(third)).toMatchObject({
    outcome: 'rolled_back',
    because: expect.stringMatching(/^1 of 4 targets lost, 0 may be: gke-a: /),
  });
  for (const target of ['eks-staging', 'eks-internal', 'eks-a'])
    expect([target, story.running(target)]).toEqual([target, [image('v2')]]);
});
