import { afterAll, expect, test } from 'vitest';
import { fleetConfig, image, openRehearsal } from './rehearsal.ts';

const story = await openRehearsal();
afterAll(story.close);

test('an approval that nobody decides on ends by itself, and a late yes changes nothing', async () => {
  await story.settleFirst();
  const mark = story.mark();
  const second = await story.merge({ 'tidegate.json': fleetConfig('v2') }, 'Version 2');
  const approval = await story.asked();

  expect(await story.ended(second)).toMatchObject({
    outcome: 'rolled_back',
    because: 'nobody decided on the approval of wave external within 14400 s',
  });
  expect(await story.decide(approval, 'approve')).toMatchObject({ status: 'refused', code: 'expired' });
  await story.pass(600_000);
  for (const target of story.targets) expect([target, story.running(target)]).toEqual([target, [image('v1')]]);
  for (const target of ['eks-a', 'eks-b', 'gke-a', 'aks-a'])
    expect([target, story.writes(target, mark)]).toEqual([target, []]);
});
