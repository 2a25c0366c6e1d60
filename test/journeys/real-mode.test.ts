import { afterAll, expect, test } from 'vitest';
import { image } from './fleet-config.ts';
import { openRealRehearsal } from './real-rehearsal.ts';
import { tellThreeVersions } from './three-versions.ts';
import { told } from './told-three-versions.ts';

const story = await openRealRehearsal();
afterAll(story.close);

test('on the real clock and over sockets the story has the ends and the steps that it has in virtual mode', async () => {
  expect(await tellThreeVersions(story)).toEqual(told);
  for (const target of story.targets) expect([target, story.running(target)]).toEqual([target, [image('v2')]]);
  expect(story.writes('eks-a').filter((write) => write.endsWith('/deployments/web'))).toEqual([
    'PATCH /apis/apps/v1/namespaces/default/deployments/web',
    'PATCH /apis/apps/v1/namespaces/default/deployments/web',
  ]);
  // Half of this on a machine that does nothing else.
}, 120_000);
