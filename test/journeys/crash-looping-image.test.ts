import { afterAll, expect, test } from 'vitest';
import { fleetConfig, image, openRehearsal } from './rehearsal.ts';

const story = await openRehearsal();
afterAll(story.close);

test('an image that crashes is named with its last words well before the progress deadline, and taken back', async () => {
  await story.settleFirst();
  story.images.publish(image('v2').split('@')[1] ?? '', {
    crash: { afterMs: 500, exitCode: 1, log: 'panic: no such table: accounts' },
  });
  const second = await story.merge({ 'tidegate.json': fleetConfig('v2') }, 'Version 2');
  const end = await story.ended(second);
  expect(end).toMatchObject({
    outcome: 'rolled_back',
    because: expect.stringMatching(/targets lost, 0 may be: .*CrashLoopBackOff/),
  });
  // The old pods served all the while: no probe ever failed.
  const events = await story.events(second);
  expect(events.filter((text) => text.startsWith('stops'))).toEqual([]);
  const took = (end?.at ?? 0) - (await story.rolloutRow(second)).startedAt;
  expect(took).toBeLessThan(5 * 60_000);
  const evidence = await story.evidence(second, 'staging', 'eks-staging');
  expect(JSON.stringify(evidence)).toContain('panic: no such table: accounts');
  for (const target of story.targets) expect([target, story.running(target)]).toEqual([target, [image('v1')]]);
});
