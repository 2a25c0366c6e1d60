import { afterAll, expect, test } from 'vitest';
import { image } from './fleet-config.ts';
import { openRealRehearsal } from './real-rehearsal.ts';
import { type Told, tellThreeVersions } from './three-versions.ts';
import { told } from './told-three-versions.ts';

const story = await openRealRehearsal();
afterAll(story.close);

const isVerdict = (kind: string): boolean => kind.startsWith('verdict ');

/**
 * How many verdicts there are hangs on how long the machine takes: on a slow one the window of a metric no longer holds what was bad by the time that
 * the way back is judged, so that it is judged by that too.
 */
const untimed = ({ ends, kinds }: Told): unknown => ({
  ends,
  steps: Object.entries(kinds).map(([version, all]) => [version, all.filter((kind) => !isVerdict(kind))]),
  verdicts: Object.entries(kinds).map(([version, all]) => [version, [...new Set(all.filter(isVerdict))]]),
});

test('on the real clock and over sockets the story has the ends and the steps that it has in virtual mode', async () => {
  expect(untimed(await tellThreeVersions(story))).toEqual(untimed(told));
  for (const target of story.targets) expect([target, story.running(target)]).toEqual([target, [image('v2')]]);
  expect(story.writes('eks-a').filter((write) => write.endsWith('/deployments/web'))).toEqual([
    'PATCH /apis/apps/v1/namespaces/default/deployments/web',
    'PATCH /apis/apps/v1/namespaces/default/deployments/web',
  ]);
  // Half of this on a machine that does nothing else.
}, 120_000);
