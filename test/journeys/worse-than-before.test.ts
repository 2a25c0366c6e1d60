import { afterAll, expect, test } from 'vitest';
import { fleetConfig, image, openRehearsal } from './rehearsal.ts';

const { gates } = JSON.parse(fleetConfig('v1'));
/** Far above what is seen, so that only the comparison can fail it; and one that is too strict and only reports. */
const tried = {
  gates: {
    ...gates,
    errors: { ...gates.errors, failAbove: 0.2, baseline: 'before', count: 2, failureLimit: 1 },
    strict: { ...gates.errors, failAbove: 0.0001, effect: 'report' },
  },
  waves: JSON.parse(fleetConfig('v1')).waves.map((wave: { readonly gates: readonly string[] }) => ({
    ...wave,
    gates: [...wave.gates, 'strict'],
  })),
};
const story = await openRehearsal({ config: fleetConfig('v1', tried) });
afterAll(story.close);

test('errors within their threshold, and more of them than before, stop a wave when its soak is over', async () => {
  await story.settleFirst();
  story.images.publish(image('v2').split('@')[1] ?? '', { errorRatio: 0.02 });
  const second = await story.merge({ 'tidegate.json': fleetConfig('v2', tried) }, 'Version 2');

  expect(await story.ended(second)).toMatchObject({
    outcome: 'rolled_back',
    because: expect.stringMatching(
      /^FAIL gate errors on \w+-staging: compared with before: \d+ of \d+ failed, 0 of \d+ of the baseline: as likely as \S+ by chance, expected at least 0\.0\d+$/,
    ),
  });
  expect(await story.events(second)).toContainEqual(
    expect.stringMatching(
      /^after staging: FAIL gate strict .*; only reported: would have stopped 1 of the last 4 waves$/,
    ),
  );
});
