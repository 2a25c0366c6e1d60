import { afterAll, expect, test } from 'vitest';
import { smallFleetConfig } from './fleet-config.ts';
import { image, openRehearsal } from './rehearsal.ts';

/** A fifth of it on a machine that does nothing else. */
const longest = 120_000;

/** Staging takes half a minute, internal five, and nobody needs to be asked: there is time to be in each other's way. */
const slow = (version: string, whenTaken: 'queue' | 'supersede'): string => {
  const { waves } = JSON.parse(smallFleetConfig(version));
  const soaks: Readonly<Record<string, string>> = { staging: '30s', internal: '5m', external: '1s' };
  return smallFleetConfig(version, {
    waves: waves.map(({ approval: _, ...wave }: { readonly name: string; readonly approval?: unknown }) => ({
      ...wave,
      soak: soaks[wave.name],
      gates: [],
      whenTaken,
    })),
  });
};

/**
 * Of the first version six writes on each target: the policy against stale writers and its binding, three objects and the inventory; of each
 * later one the object that changed.
 */
const inTurn = (first: string, ...later: readonly string[]) => [first, first, first, first, first, first, ...later];

const story = await openRehearsal({ config: slow('v1', 'queue') });
afterAll(story.close);
/** The rollouts that wrote to targets, in the order of their merges. */
const wrote: string[] = [];
const waits = (rollout: string) => async () =>
  (await story.events(rollout)).some((text) => text.startsWith('waits for wave staging'));

test(
  'the second of two merges waits for staging, takes it the moment it is free, and runs there while the first soaks further on',
  async () => {
    const first = await story.begin();
    expect(await story.ended(first)).toMatchObject({ outcome: 'succeeded' });

    const second = await story.merge({ 'tidegate.json': slow('v2', 'queue') }, 'Version 2');
    const third = await story.merge({ 'tidegate.json': slow('v3', 'queue') }, 'Version 3');
    await story.until(waits(third));
    expect(await story.events(third)).toContain(`waits for wave staging, which rollout ${second} holds`);
    expect(await story.events(third)).not.toContainEqual(expect.stringMatching(/^deploys/));

    // Staging of the third, with all its soak, lies within the soak of the second in internal.
    await story.until(async () => (await story.events(third)).some((text) => text.startsWith('staging passed')));
    expect((await story.rolloutRow(second)).end).toBeUndefined();
    expect(story.running('eks-staging')).toEqual([image('v3')]);
    expect(story.running('gke-internal')).toEqual([image('v2')]);
    expect(story.running('eks-a')).toEqual([image('v1')]);
    const freed = await story.at(second, /^staging passed/);
    expect((await story.at(third, /^staging planned/)) - freed).toBeLessThan(1_000);

    expect(await story.ended(second)).toMatchObject({ outcome: 'succeeded' });
    expect(await story.ended(third)).toMatchObject({ outcome: 'succeeded' });
    for (const target of story.targets) {
      expect([target, story.running(target)]).toEqual([target, [image('v3')]]);
      expect([target, await story.writers(target, [first, second, third])]).toEqual([
        target,
        inTurn(first, second, third),
      ]);
    }
    wrote.push(first, second, third);
  },
  longest,
);

test(
  'where the newest takes the place of those that wait, the one in the queue ends and no target ever sees it',
  async () => {
    const fourth = await story.merge({ 'tidegate.json': slow('v4', 'supersede') }, 'Version 4');
    const fifth = await story.merge({ 'tidegate.json': slow('v5', 'supersede') }, 'Version 5');
    await story.until(waits(fifth));
    const sixth = await story.merge({ 'tidegate.json': slow('v6', 'supersede') }, 'Version 6');

    expect(await story.ended(fifth)).toMatchObject({
      outcome: 'superseded',
      because: `rollout ${sixth} is newer and took the place in the queue of wave staging`,
    });
    expect((await story.rolloutRow(fourth)).end).toBeUndefined();
    expect(await story.ended(fourth)).toMatchObject({ outcome: 'succeeded' });
    expect(await story.ended(sixth)).toMatchObject({ outcome: 'succeeded' });
    const [first = '', ...later] = wrote;
    for (const target of story.targets) {
      expect([target, story.running(target)]).toEqual([target, [image('v6')]]);
      expect([target, await story.writers(target, [...wrote, fourth, fifth, sixth])]).toEqual([
        target,
        inTurn(first, ...later, fourth, sixth),
      ]);
    }
  },
  longest,
);
