import { afterAll, expect, test } from 'vitest';
import { fleetConfig, image, openRehearsal } from './rehearsal.ts';

/** Nobody has to be waited for as long as in the other stories. */
const configOf = (version: string): string =>
  fleetConfig(version, {
    waves: JSON.parse(fleetConfig(version)).waves.map((wave: { readonly approval?: object }) =>
      wave.approval === undefined ? wave : { ...wave, approval: { ...wave.approval, expires: '30m' } },
    ),
  });
const story = await openRehearsal({ config: configOf('v1') });
afterAll(story.close);

test('an approval that nobody decides on ends by itself, and a late yes changes nothing', async () => {
  await story.settleFirst();
  const mark = story.mark();
  const second = await story.merge({ 'tidegate.json': configOf('v2') }, 'Version 2');
  const approval = await story.asked();

  expect(await story.ended(second)).toMatchObject({
    outcome: 'rolled_back',
    because: 'nobody decided on the approval of wave external within 1800 s',
  });
  expect(await story.decide(approval, 'approve')).toMatchObject({ status: 'refused', code: 'expired' });
  await story.pass(600_000);
  for (const target of story.targets) expect([target, story.running(target)]).toEqual([target, [image('v1')]]);
  for (const target of ['eks-a', 'eks-b', 'gke-a', 'aks-a'])
    expect([target, story.writes(target, mark)]).toEqual([target, []]);
});
