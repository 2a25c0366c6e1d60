import { afterAll, expect, test } from 'vitest';
import type { LabelledSample } from '../../shared/wave/label-samples.ts';
import { fleetConfig, image, openRehearsal } from './rehearsal.ts';

/** Two targets in one wave, which one probe a second watches. */
const config = (version: string): string => {
  const { targets, waves, gates } = JSON.parse(fleetConfig(version));
  const { 'eks-staging': eks, 'gke-staging': gke } = targets;
  return fleetConfig(version, {
    targets: { 'eks-staging': eks, 'gke-staging': gke },
    waves: [{ ...waves[0], soak: '20s', gates: ['api-up'], inconclusiveWithin: '5s' }],
    gates: { 'api-up': { ...gates['api-up'], minSamples: 5 } },
    metrics: {},
  });
};

const story = await openRehearsal({ config: config('v1') });
afterAll(story.close);
const { regionFaults, outside } = story.instance;
const release = async (version: string) => story.merge({ 'tidegate.json': config(version) }, `Version ${version}`);

/** Hosts of targets as they are probed. */
const hosts = (...targets: readonly string[]) => targets.map((target) => `${target}.example.com`);

/** First attempts that loops of a rollout kept, by region: how many said something, and how many failed or said nothing. */
const counted = async (rollout: string, wave: string) => {
  const found: Record<string, { attempts: number; failed: number }> = {};
  for (const region of ['us-east-1', 'eu-west-1']) {
    const rows = await outside.ledger.query(`probes#${rollout}#${wave}#forward#0#${region}`);
    for (const { data } of rows) {
      const blob = await outside.blobs.get(String(data.samples) as `sha256:${string}`);
      for (const sample of JSON.parse(new TextDecoder().decode(blob)) as readonly LabelledSample[]) {
        const { attempts = 0, failed = 0 } = found[sample.region] ?? {};
        const isBad = sample.first.verdict !== 'pass';
        found[sample.region] = { attempts: attempts + 1, failed: failed + (isBad ? 1 : 0) };
      }
    }
  }
  return found;
};

test('a wave is probed from every region, by samples that name it', async () => {
  const first = await story.begin();
  expect(await story.ended(first)).toMatchObject({ outcome: 'succeeded' });
  const seen = await counted(first, 'staging');
  expect(Object.keys(seen)).toEqual(['us-east-1', 'eu-west-1']);
  for (const { attempts, failed } of Object.values(seen)) {
    // Two targets, once a second, in a soak of 20 s.
    expect(attempts).toBeGreaterThan(35);
    expect(failed).toBe(0);
  }
});

test('a region that sees nothing at all has itself to blame: the wave passes, and its attempts are no failures', async () => {
  regionFaults.set('eu-west-1', { kind: 'blind' });
  const second = await release('v2');
  expect(await story.ended(second)).toMatchObject({ outcome: 'succeeded' });
  regionFaults.set('eu-west-1');
  const seen = await counted(second, 'staging');
  expect(seen['eu-west-1']?.failed).toBe(seen['eu-west-1']?.attempts);
  expect(seen['us-east-1']?.failed).toBe(0);
});

test('a target that is ill from one region stops nothing and passes nothing: it is said from where', async () => {
  const third = await release('v3');
  await story.until(async () => story.judged(third, 'staging'));
  regionFaults.set('us-east-1', { kind: 'blind', hosts: hosts('gke-staging') });
  // Until it is given up; its way back would not be believed either.
  await story.until(async () => (await story.events(third)).some((text) => /^staging (failed|aborted)/.test(text)));
  regionFaults.set('us-east-1');
  const end = await story.ended(third);
  const events = await story.events(third);
  expect(events.filter((text) => text.startsWith('stops'))).toEqual([]);
  expect(end).toMatchObject({
    outcome: 'rolled_back',
    because: expect.stringMatching(
      /INCONCLUSIVE gate api-up on gke-staging: .*; it fails from us-east-1, 1 of 2 regions: the path from there, or a part of what serves, is at fault; 2 are needed to tell; given up at/,
    ),
  });
});

test('one that is ill from both stops the wave within seconds, by whichever saw it last', async () => {
  const fourth = await release('v4');
  await story.until(async () => story.judged(fourth, 'staging'));
  const from = story.now();
  for (const region of ['us-east-1', 'eu-west-1']) {
    regionFaults.set(region, { kind: 'blind', hosts: hosts('gke-staging') });
  }
  await story.until(async () => (await story.events(fourth)).some((text) => text.startsWith('stops')));
  expect(story.now() - from).toBeLessThan(10_000);
  for (const region of ['us-east-1', 'eu-west-1']) regionFaults.set(region);
  expect(await story.ended(fourth)).toMatchObject({
    outcome: 'rolled_back',
    because: expect.stringMatching(/connect_timeout.*; it fails from eu-west-1 and us-east-1, 2 of 2 regions$/),
  });
  expect(story.running('gke-staging')).toEqual([image('v2')]);
});
