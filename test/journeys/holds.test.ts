import { afterAll, describe, expect, test } from 'vitest';
import { smallFleetConfig } from './fleet-config.ts';
import { image, openRehearsal } from './rehearsal.ts';

const config = (version: string): string => {
  const { waves } = JSON.parse(smallFleetConfig(version));
  return smallFleetConfig(version, {
    waves: waves.map(({ approval: _, ...wave }: { readonly approval?: unknown }) => wave),
  });
};

const story = await openRehearsal({ config: config('v1') });
afterAll(story.close);
const merge = (version: string) => story.merge({ 'tidegate.json': config(version) }, version);
const isHeld = (rollout: string, text: RegExp) => async () =>
  (await story.events(rollout)).some((event) => text.test(event));
const countWrites = () => story.targets.flatMap((target) => story.writes(target)).length;
const runs = (version: string) =>
  Object.fromEntries(story.targets.map((target) => [target, version === '' ? [] : [image(version)]]));
const running = () => Object.fromEntries(story.targets.map((target) => [target, story.running(target)]));

describe('what is held is written nothing', () => {
  test('a halt in the middle of a deployment stops the next write, and resuming goes on with it', async () => {
    const rollout = await story.begin();
    await story.until(() => story.writes('eks-staging').length >= 2);
    await story.halt();
    const before = countWrites();
    await story.pass(30_000);
    // What was on its way when the halt was written may still arrive: one request for each target that is deployed to.
    const after = countWrites();
    expect(after - before).toBeLessThanOrEqual(2);
    await story.pass(600_000);
    expect(countWrites()).toBe(after);
    expect((await story.rolloutRow(rollout)).end).toBeUndefined();
    await story.endHalt();
    expect(await story.ended(rollout)).toMatchObject({ outcome: 'succeeded' });
    expect(running()).toEqual(runs('v1'));
  });

  test('a frozen target waits alone, a frozen wave whole; a freeze that has run out holds nothing', async () => {
    await story.freeze('target', 'aks-staging');
    await story.freeze('wave', 'internal', { forMs: 1_200_000 });
    const mark = story.mark();
    const rollout = await merge('v2');
    await story.until(
      isHeld(rollout, /^1 of 2 targets of staging wait: aks-staging: target aks-staging is frozen by ana/),
    );
    await story.until(() => story.running('eks-staging').includes(image('v2')));
    expect(story.writes('aks-staging', mark)).toEqual([]);
    await story.thaw('target', 'aks-staging');
    await story.until(isHeld(rollout, /^internal waits: wave internal is frozen by ana, until /));
    expect(story.writes('gke-internal', mark)).toEqual([]);
    expect(await story.ended(rollout)).toMatchObject({ outcome: 'succeeded' });
    expect(running()).toEqual(runs('v2'));
    expect(await story.holds()).toEqual([]);
  });

  test('a paused rollout stands where it is until it is resumed', async () => {
    const rollout = await merge('v3');
    await story.pause(rollout);
    await story.until(isHeld(rollout, /^staging waits: rollout ro-\w+ is paused by ana/));
    await story.pass(300_000);
    expect(running()).toEqual(runs('v2'));
    await story.resume(rollout);
    expect(await story.ended(rollout)).toMatchObject({ outcome: 'succeeded' });
    expect(running()).toEqual(runs('v3'));
  });

  test('an aborted rollout goes back, past a freeze that allows it', async () => {
    const rollout = await merge('v4');
    await story.until(() => story.running('eks-staging').includes(image('v4')));
    await story.freeze('fleet', '');
    await story.abort(rollout);
    expect(await story.ended(rollout)).toMatchObject({
      outcome: 'rolled_back',
      because: expect.stringContaining('aborted by ana: a test'),
    });
    expect(running()).toEqual(runs('v3'));
    await story.thaw('fleet', '');
  });

  test('a rollout that waits ends when it is aborted, with nothing written', async () => {
    await story.freeze('service', 'web');
    const mark = story.mark();
    const rollout = await merge('v5');
    await story.until(isHeld(rollout, /^staging waits: service web is frozen by ana/));
    await story.abort(rollout);
    expect(await story.ended(rollout)).toMatchObject({ outcome: 'aborted', because: 'aborted by ana: a test' });
    expect(story.targets.flatMap((target) => story.writes(target, mark))).toEqual([]);
    await story.thaw('service', 'web');
  });

  test('a rollout that is held ends where it is, keeps what it has written, and is gone on with by a retry', async () => {
    const rollout = await merge('v5-held');
    await story.until(() => story.running('eks-staging').includes(image('v5-held')));
    await story.until(async () => (await story.events(rollout)).some((text) => /^staging passed/.test(text)));
    await story.hold(rollout);
    expect(await story.ended(rollout)).toMatchObject({
      outcome: 'partial',
      because: expect.stringMatching(/^held by ana: a test; stays on aks-staging, eks-staging/),
    });
    expect(story.running('eks-staging')).toEqual([image('v5-held')]);
    expect(story.running('eks-a')).toEqual([image('v3')]);
    expect(await story.events(rollout)).not.toContainEqual(expect.stringMatching(/^way back/));
    const again = await story.retry(rollout);
    expect(await story.ended(again)).toMatchObject({ outcome: 'succeeded' });
    expect(running()).toEqual(runs('v5-held'));
  });

  test('a source whose machine brings two refused releases of four is frozen, said once, and lets no good one by until it is thawed', async () => {
    const machine = { name: 'features[bot]', email: 'features[bot]@example.com', login: 'features[bot]' };
    const typo = await story.merge({ 'tidegate.json': '[' }, 'A mistake of a person');
    expect(await story.ended(typo)).toMatchObject({ outcome: 'refused' });
    const first = await story.merge({ 'tidegate.json': '{' }, 'Broken', machine);
    expect(await story.ended(first)).toMatchObject({ outcome: 'refused' });
    expect(await story.holds()).toEqual([]);
    const second = await story.merge({ 'tidegate.json': '{{' }, 'Broken again', machine);
    expect(await story.ended(second)).toMatchObject({ outcome: 'refused' });
    const third = await story.merge({ 'tidegate.json': '{{{' }, 'Broken for good', machine);
    expect(await story.ended(third)).toMatchObject({ outcome: 'refused' });
    const told = [...(await story.events(second)), ...(await story.events(third))].filter((text) =>
      /is frozen/.test(text),
    );
    expect(told).toEqual([
      'source acme/fleet is frozen: 2 of the last 2 releases that machines made were refused; lift it with: tidegate thaw source/acme/fleet',
    ]);
    const good = await merge('v6');
    await story.until(isHeld(good, /^staging waits: source acme\/fleet is frozen by tidegate/));
    expect(running()).toEqual(runs('v5-held'));
    await story.thaw('source', 'acme/fleet');
    expect(await story.ended(good)).toMatchObject({ outcome: 'succeeded' });
    expect(running()).toEqual(runs('v6'));
  });
});
