import { afterAll, expect, test } from 'vitest';
import { fleetConfig, image, openRehearsal } from './rehearsal.ts';

const story = await openRehearsal();
afterAll(story.close);

test('a release goes through its waves, asks once, and ends verified on every target', async () => {
  const first = await story.begin();
  await story.decide(await story.asked(), 'approve');
  expect(await story.ended(first)).toMatchObject({ outcome: 'succeeded' });

  const mark = story.mark();
  const second = await story.merge({ 'tidegate.json': fleetConfig('v2') }, 'Version 2');
  const approval = await story.asked();
  expect(story.running('eks-staging')).toEqual([image('v2')]);
  expect(story.running('eks-a')).toEqual([image('v1')]);
  await story.decide(approval, 'approve');
  expect(await story.ended(second)).toMatchObject({
    outcome: 'succeeded',
    because: '9 targets have the release, verified',
  });
  for (const target of story.targets) expect([target, story.running(target)]).toEqual([target, [image('v2')]]);

  // Of three objects one changed; the set's parent is written when the set changes.
  for (const target of story.targets) {
    expect([target, story.writes(target, mark)]).toEqual([
      target,
      ['PATCH /apis/apps/v1/namespaces/default/deployments/web'],
    ]);
  }

  const events = await story.events(second);
  expect(events.filter((text) => /^(deploys|waits|external approved)/.test(text))).toEqual([
    'deploys staging: aks-staging, eks-staging, gke-staging',
    'deploys internal: eks-internal, gke-internal',
    expect.stringMatching(/^waits for 1 of release-managers to approve external, until /),
    'external approved by ana',
    'deploys external: aks-a',
    'deploys external: eks-a, eks-b, gke-a',
  ]);
  expect(events.at(-1)).toBe('succeeded: 9 targets have the release, verified');
});

test('the same commit again starts nothing', async () => {
  const [rollout] = await story.rollouts();
  const again = await story.release(rollout?.commit ?? '');
  expect(again).toEqual({ rollout: rollout?.rollout, status: 'already' });
});
