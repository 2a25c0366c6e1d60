import { afterAll, expect, test } from 'vitest';
import { image, openRehearsal } from './rehearsal.ts';

const story = await openRehearsal();
afterAll(story.close);
const event = { id: 'build-2', image: image('v2') };

test('an artifact event becomes one pull request however often it comes, and its merge one rollout', async () => {
  await story.settleFirst();
  const answer = await story.artifact(event);
  expect(answer).toMatchObject({
    status: 200,
    body: { outcome: 'proposed', number: 1, image: image('v2'), repeated: false },
  });
  expect(await story.artifact(event)).toMatchObject({
    status: 200,
    body: { outcome: 'proposed', number: 1, repeated: true },
  });

  const rollout = await story.mergePull(1);
  await story.decide(await story.asked(), 'approve');
  expect(await story.ended(rollout)).toMatchObject({ outcome: 'succeeded' });
  expect(story.running('eks-a')).toEqual([image('v2')]);
  expect(await story.artifact(event)).toMatchObject({
    status: 200,
    body: { outcome: 'proposed', number: 1, repeated: true },
  });
  expect((await story.rollouts()).length).toBe(2);
});

test.each([
  { because: 'a tag instead of a digest', event: { id: 'a', image: 'registry.example.com/web:v3' }, code: 'IMAGE_TAG' },
  {
    because: 'a digest of the wrong length',
    event: { id: 'b', image: `registry.example.com/web@sha256:${'a'.repeat(60)}` },
    code: 'DIGEST_INVALID',
  },
  { because: 'the id of another event', event: { ...event, image: image('v4') }, code: 'EVENT_ID_REUSED' },
])('an event with $because is refused and nothing is written', async ({ event: given, code }) => {
  const mark = story.mark();
  const answer = await story.artifact(given);
  expect(answer).toMatchObject({
    status: expect.toSatisfy((status: number) => status >= 400 && status < 500),
    body: { outcome: 'refused', code },
  });
  for (const target of story.targets) expect([target, story.writes(target, mark)]).toEqual([target, []]);
});

test('an event that somebody else signed is refused', async () => {
  expect(await story.forged({ id: 'c', image: image('v5') })).toMatchObject({
    status: 401,
    body: { code: 'SIGNATURE_INVALID' },
  });
});
