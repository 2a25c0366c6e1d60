import { afterAll, expect, test } from 'vitest';
import { fleetConfig, image, openRehearsal } from './rehearsal.ts';

const story = await openRehearsal();
afterAll(story.close);

test('a refused approval takes the waves before it back, and the wave itself is never written to', async () => {
  await story.settleFirst();
  const mark = story.mark();
  const second = await story.merge({ 'tidegate.json': fleetConfig('v2') }, 'Version 2');
  const approval = await story.asked();

  expect(await story.decide(approval, 'approve', 'bo')).toMatchObject({ status: 'refused', code: 'not-allowed' });
  expect(await story.decide({ ...approval, plan: approval.release }, 'approve')).toMatchObject({
    status: 'refused',
    code: 'other-plan',
  });
  expect(await story.decide(approval, 'reject')).toMatchObject({ status: 'decided', because: 'rejected by ana' });
  expect(await story.decide(approval, 'approve')).toMatchObject({ status: 'refused', code: 'decided' });

  expect(await story.ended(second)).toMatchObject({ outcome: 'rolled_back', because: 'rejected by ana' });
  for (const target of story.targets) expect([target, story.running(target)]).toEqual([target, [image('v1')]]);
  for (const target of ['eks-a', 'eks-b', 'gke-a', 'aks-a'])
    expect([target, story.writes(target, mark)]).toEqual([target, []]);
});
