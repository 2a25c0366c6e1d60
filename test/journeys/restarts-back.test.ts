import { afterAll, expect, test } from 'vitest';
import { openRehearsal } from './rehearsal.ts';
import { digestOf, threeConfig, threeFiles } from './restart-fleet.ts';

const story = await openRehearsal({ config: threeConfig(true), files: threeFiles('v1') });
afterAll(story.close);

/** What restarted in staging, in its order: kinds, names and places aside. */
const restarted = async (rollout: string): Promise<readonly string[]> =>
  (await story.events(rollout))
    .map((text) => /^eks-staging restarts \w+ default\/([a-z-]+) \(\d of \d\)/.exec(text)?.[1])
    .filter((name) => name !== undefined);

const crash = { crash: { afterMs: 200, exitCode: 1, log: 'panic: no route' } };

test('a consumer that does not come up takes its providers back, consumers first', async () => {
  expect(await story.ended(await story.begin())).toMatchObject({ outcome: 'succeeded' });
  story.images.publish(digestOf('gateway', 'v2'), crash);
  const second = await story.merge(threeFiles('v2'), 'Version 2');
  expect(await story.ended(second)).toMatchObject({ outcome: 'rolled_back' });
  expect(await restarted(second)).toEqual([
    ...['index-a', 'index-a', 'index-b', 'index-b', 'storage', 'gateway'],
    ...['gateway', 'storage', 'index-a', 'index-a', 'index-b', 'index-b'],
  ]);
  const images = ['gateway', 'index', 'storage'].map(
    (service) => `registry.example.com/${service}@${digestOf(service, 'v1')}`,
  );
  expect([...story.running('eks-staging')].sort()).toEqual(images.sort());
});

test('a provider that does not come up is all that is touched', async () => {
  story.images.publish(digestOf('index', 'v3'), crash);
  const mark = story.mark();
  const third = await story.merge(threeFiles('v3'), 'Version 3');
  expect(await story.ended(third)).toMatchObject({ outcome: 'rolled_back' });
  // The one pod that was to show it, there and back; the other has never left its version.
  expect(await restarted(third)).toEqual(['index-a', 'index-a']);
  const touched = new Set(story.writes('eks-staging', mark).map((write) => write.split('/').at(-1)));
  expect([...touched]).toEqual(['index-a']);
  expect(story.writes('eks-internal', mark)).toEqual([]);
});
