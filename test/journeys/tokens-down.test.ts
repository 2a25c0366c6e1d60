import { afterAll, beforeAll, expect, test } from 'vitest';
import { fleetConfig, image, openRehearsal } from './rehearsal.ts';

const minute = 60_000;
const all = JSON.parse(fleetConfig('v1'));
const kept = ['eks-staging', 'gke-staging', 'eks-internal', 'gke-internal'];
/** Two waves of two targets each, on two clouds. */
const config = (version: string): string =>
  fleetConfig(version, {
    targets: Object.fromEntries(kept.map((name) => [name, all.targets[name]])),
    waves: [
      { name: 'staging', targets: { stage: 'staging' }, soak: '5s', gates: [] },
      { name: 'internal', targets: { stage: 'internal' }, soak: '30s', gates: ['api-up'] },
    ],
    gates: { 'api-up': all.gates['api-up'] },
  });
const story = await openRehearsal({ config: config('v1') });
afterAll(story.close);

/** Google gives out tokens, or does not. */
const tokens = (are: 'there' | 'gone'): void => {
  for (const service of ['google-sts', 'google-iam'] as const)
    story.instance.fleet.clouds.faults.stand(service, are === 'gone' ? 'unavailable' : undefined);
};
const merge = (version: string) => story.merge({ 'tidegate.json': config(version) }, version);
const has = (rollout: string, text: RegExp) => async () =>
  (await story.events(rollout)).some((event) => text.test(event));
const isTold = async (rollout: string) =>
  (await story.instance.outside.ledger.get({ partition: 'notify', sort: `key#left ${rollout}` })) !== undefined;
const running = () => kept.map((target) => [target, ...story.running(target)]);
const allRun = (version: string) => kept.map((target) => [target, image(version)]);

/** Brings a version that fails in the last wave, when no token is given out any more. */
const failsWithoutTokens = async (version: string): Promise<string> => {
  const rollout = await merge(version);
  await story.until(() => story.judged(rollout, 'internal'));
  tokens('gone');
  story.images.publish(image(version).split('@')[1] ?? '', { health: 'failing' });
  await story.until(has(rollout, /^not back yet/));
  return rollout;
};

beforeAll(async () => {
  expect(await story.ended(await story.begin())).toMatchObject({ outcome: 'succeeded' });
});

test.each([
  ['a wave is planned', /^staging planned/, 'v2'],
  ['its targets are written to', /^deploys internal/, 'v3'],
])('no tokens for five minutes from when %s cost a way forward nothing', async (_, moment, version) => {
  const rollout = await merge(version);
  await story.until(has(rollout, moment));
  tokens('gone');
  const mark = story.mark();
  await story.pass(5 * minute);
  expect(story.writes('gke-internal', mark)).toEqual([]);
  tokens('there');
  expect(await story.ended(rollout)).toMatchObject({ outcome: 'succeeded' });
  expect(running()).toEqual(allRun(version));
  expect((await story.events(rollout)).filter((text) => /wait/.test(text))).toHaveLength(1);
});

test('a target that can not be reached on the way back delays no other, and is taken back when it can be', async () => {
  const rollout = await failsWithoutTokens('v4');
  const events = await story.events(rollout);
  expect(events.filter((text) => /is back$/.test(text))).toEqual(['eks-internal is back', 'eks-staging is back']);
  expect(events.filter((text) => /^not back yet/.test(text))).toEqual([
    expect.stringMatching(
      /^not back yet, and tried again until .* or an abort: gke-staging, gke-internal; gke-staging: /,
    ),
  ]);
  expect(await isTold(rollout)).toBe(true);
  await story.pass(8 * minute);
  expect((await story.rolloutRow(rollout)).end).toBeUndefined();
  expect(await story.events(rollout)).toEqual(events);

  tokens('there');
  expect(await story.ended(rollout)).toMatchObject({ outcome: 'rolled_back' });
  expect(running()).toEqual(allRun('v3'));
  const after = (await story.events(rollout)).slice(events.length);
  expect(after.filter((text) => /is back$|^way back of \w+ passed/.test(text)).sort()).toEqual([
    'gke-internal is back',
    'gke-staging is back',
    expect.stringMatching(/^way back of internal passed/),
    expect.stringMatching(/^way back of staging passed/),
  ]);
});

test('whoever aborts it then gives up what is not back', async () => {
  const rollout = await failsWithoutTokens('v5');
  expect(await story.abort(rollout)).toMatchObject({
    because: expect.stringMatching(/^given up by ana, with targets/),
  });
  expect(await story.ended(rollout)).toMatchObject({
    outcome: 'failed',
    because: expect.stringMatching(/; not back: gke-internal, gke-staging$/),
  });
});
