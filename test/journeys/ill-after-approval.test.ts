import { afterAll, expect, test } from 'vitest';
import { fleetConfig, image, openRehearsal } from './rehearsal.ts';

const story = await openRehearsal();
afterAll(story.close);

test('what became ill while people thought about it is not entered on their approval', async () => {
  await story.settleFirst();
  const external = ['eks-a', 'eks-b', 'gke-a', 'aks-a'];
  const second = await story.merge({ 'tidegate.json': fleetConfig('v2') }, 'Version 2');
  const approval = await story.asked();
  await story.pass(600_000);
  story.images.publish(image('v1').split('@')[1] ?? '', { errorRatio: 0.02 });
  await story.pass(120_000);
  const before = story.mark();
  await story.decide(approval, 'approve');

  expect(await story.ended(second)).toMatchObject({
    outcome: 'rolled_back',
    because: expect.stringMatching(
      /^before external: FAIL gate errors on .* share of errors 0\.0\d+, expected at most 0\.001/,
    ),
  });
  for (const target of external) expect([target, story.writes(target, before)]).toEqual([target, []]);
});
