import { afterAll, expect, test } from 'vitest';
import { smallFleetConfig } from './fleet-config.ts';
import { openRealRehearsal } from './real-rehearsal.ts';

const story = await openRealRehearsal();
afterAll(() => story.close());

test('jsonnet that never ends is killed at its deadline on the real clock, and nothing else stands still meanwhile', async () => {
  await story.instance.forge.seed({ 'tidegate.json': smallFleetConfig('v1') }, 'First version', {
    name: 'bo',
    email: 'bo@example.com',
  });
  const endless = 'local f(n) = if n < 0 then 0 else f(n + 1) tailstrict; f(0)';
  const rollout = await story.merge({ 'services/web.jsonnet': endless }, 'Never ends');
  await story.until(async () => (await story.rollouts()).length > 0);
  expect((await story.rollouts())[0]?.end).toBeUndefined();
  expect(await story.ended(rollout)).toMatchObject({
    outcome: 'refused',
    because: expect.stringContaining(
      'RENDER_LIMIT services/web.jsonnet: time: not evaluated within 10000 ms; an endless loop, or too much work',
    ),
  });
  for (const target of story.targets) expect([target, story.writes(target)]).toEqual([target, []]);
}, 100_000);
