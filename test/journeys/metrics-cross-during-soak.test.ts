import { afterAll, expect, test } from 'vitest';
import { fleetConfig, image, openRehearsal } from './rehearsal.ts';

const story = await openRehearsal();
afterAll(story.close);

test('errors that begin during the soak stop the wave before the soak is over', async () => {
  await story.settleFirst();
  const second = await story.merge({ 'tidegate.json': fleetConfig('v2') }, 'Version 2');
  await story.until(async () =>
    (await story.events(second)).some((text) => text === 'deploys internal: eks-internal, gke-internal'),
  );
  await story.pass(60_000);
  story.images.publish(image('v2').split('@')[1] ?? '', { errorRatio: 0.02 });

  expect(await story.ended(second)).toMatchObject({
    outcome: 'rolled_back',
    because: expect.stringMatching(
      /^FAIL gate errors on (eks|gke)-internal: .* errors of [\d.]+ requests, share of errors 0\.0\d+, expected at most 0\.001 over 60 s$/,
    ),
  });
  // What else was changed there within a day is said with it: this release, and the one before.
  expect(await story.events(second)).toContainEqual(
    expect.stringMatching(
      /^internal failed: FAIL gate errors .*; suspects on \w+-internal: \w{7} \(.* before, this rollout\), \w{7} \(.* before, still there\)/,
    ),
  );
  const judged = (await story.rolloutRow(second)).waves;
  expect(judged).toEqual(['staging', 'internal', 'external']);
  for (const target of story.targets) expect([target, story.running(target)]).toEqual([target, [image('v1')]]);
});
