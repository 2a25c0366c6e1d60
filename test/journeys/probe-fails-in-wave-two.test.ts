import { afterAll, expect, test } from 'vitest';
import { fleetConfig, image, openRehearsal } from './rehearsal.ts';

const story = await openRehearsal();
afterAll(story.close);

test('a probe that fails in the second wave stops it, takes both waves back and never touches the third', async () => {
  await story.settleFirst();
  // What is wrong shows only under the load of a larger target: staging is well.
  const mark = story.mark();
  const second = await story.merge({ 'tidegate.json': fleetConfig('v2') }, 'Version 2');
  await story.until(async () => (await story.events(second)).some((text) => text.startsWith('staging passed')));
  story.images.publish(image('v2').split('@')[1] ?? '', { health: 'failing' });

  expect(await story.ended(second)).toMatchObject({ outcome: 'rolled_back' });
  const events = await story.events(second);
  expect(events.filter((text) => /^(stops|internal failed|way back of|rolled_back|git)/.test(text))).toEqual([
    expect.stringMatching(
      /^stops internal: FAIL gate api-up on (eks|gke)-internal: .*3 in a row confirmed, first http_status/,
    ),
    expect.stringMatching(/^internal failed: FAIL gate api-up on (eks|gke)-internal/),
    expect.stringMatching(/^way back of internal planned at .* on 2 targets: 0 create, 1?2 change/),
    expect.stringMatching(/^way back of internal passed/),
    expect.stringMatching(/^way back of staging planned at .* on 3 targets: 0 create, 3 change/),
    expect.stringMatching(/^way back of staging passed/),
    expect.stringMatching(/^git is true again: pull request #\d+ reverts the merge as [0-9a-f]{7}$/),
    expect.stringMatching(/^rolled_back: FAIL gate api-up on (eks|gke)-internal/),
  ]);
  for (const target of story.targets) expect([target, story.running(target)]).toEqual([target, [image('v1')]]);
  for (const target of ['eks-a', 'eks-b', 'gke-a', 'aks-a'])
    expect([target, story.writes(target, mark)]).toEqual([target, []]);
});

test('what git says after it is what runs, and the revert itself starts no rollout', async () => {
  const rollouts = await story.rollouts();
  expect(rollouts.map((rollout) => rollout.end?.outcome)).toEqual(['rolled_back', 'succeeded']);
  expect(await story.file('tidegate.json')).toContain(image('v1'));
});
