import { afterAll, expect, test } from 'vitest';
import { fleetConfig, image, openRehearsal } from './rehearsal.ts';

const story = await openRehearsal();
afterAll(story.close);

test('a person takes back a release that turned ill after it was verified, although the fleet is ill', async () => {
  await story.settleFirst();
  const second = await story.merge({ 'tidegate.json': fleetConfig('v2') }, 'Version 2');
  await story.decide(await story.asked(), 'approve');
  expect(await story.ended(second)).toMatchObject({ outcome: 'succeeded' });
  story.images.publish(image('v2').split('@')[1] ?? '', { health: 'failing' });
  await story.pass(60_000);

  const back = await story.rollBack(second);
  await story.decide(await story.asked(), 'approve');
  expect(await story.ended(back.rollout)).toMatchObject({ outcome: 'succeeded' });
  for (const target of story.targets) expect([target, story.running(target)]).toEqual([target, [image('v1')]]);
  expect(await story.file('tidegate.json')).toContain(image('v1'));
});
