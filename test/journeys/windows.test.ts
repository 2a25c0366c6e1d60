import { afterAll, expect, test } from 'vitest';
import { smallFleetConfig } from './fleet-config.ts';
import { image, openRehearsal } from './rehearsal.ts';

/** The story begins on a Monday at 09:00Z, 10:00 in Berlin. */
const office = { zone: 'Europe/Berlin', open: [{ days: ['mon', 'tue', 'wed', 'thu'], from: '10:40', to: '12:00' }] };
const night = { zone: 'America/New_York', open: [{ from: '04:20', to: '07:00' }] };

const config = (version: string, window?: string): string => {
  const { waves, targets } = JSON.parse(smallFleetConfig(version));
  return smallFleetConfig(version, {
    windows: { office, night },
    targets: { ...targets, 'aks-staging': { ...targets['aks-staging'], ...(window && { window: 'night' }) } },
    waves: waves.map(({ approval: _, ...wave }: { readonly name: string; readonly approval?: unknown }) => ({
      ...wave,
      ...(window !== undefined && wave.name === 'internal' ? { window } : {}),
    })),
  });
};

const story = await openRehearsal({ config: config('v1') });
afterAll(story.close);
const time = (at: number) => new Date(at).toISOString();

test('a closed window holds a target, or the wave that has it, until it opens, and fails nothing', async () => {
  const first = await story.begin();
  expect(await story.ended(first)).toMatchObject({ outcome: 'succeeded' });

  const second = await story.merge({ 'tidegate.json': config('v2', 'office') }, 'Version 2');
  const held = async (text: RegExp) => (await story.events(second)).some((event) => text.test(event));
  await story.until(() => held(/^1 of 2 targets of staging wait/));
  expect(await story.events(second)).toContain(
    '1 of 2 targets of staging wait: aks-staging: window night (America/New_York) is closed until 2026-03-02T09:20:00.000Z',
  );
  // The target beside it was not held up, and nothing was written to the one that waits.
  await story.until(() => story.running('eks-staging').includes(image('v2')));
  expect(story.running('aks-staging')).toEqual([image('v1')]);

  await story.until(() => held(/^staging passed/));
  expect(time(await story.at(second, /^aks-staging deployed/))).toMatch(/^2026-03-02T09:2/);

  await story.until(() => held(/^internal waits/));
  expect(await story.events(second)).toContain(
    'internal waits: window office (Europe/Berlin) is closed until 2026-03-02T09:40:00.000Z',
  );
  expect(await story.ended(second)).toMatchObject({ outcome: 'succeeded' });
  // Its health was measured again after the wait, before anything was written.
  expect(time(await story.at(second, /^deploys internal/))).toMatch(/^2026-03-02T09:4/);
  for (const target of story.targets) expect([target, story.running(target)]).toEqual([target, [image('v2')]]);
});

test('a rollback does not wait for windows', async () => {
  const [newest] = await story.rollouts();
  const { rollout } = await story.rollBack(newest?.rollout ?? '');
  const began = (await story.rolloutRow(rollout)).startedAt;
  const end = await story.ended(rollout);
  expect(end).toMatchObject({ outcome: 'succeeded' });
  expect((end?.at ?? Infinity) - began).toBeLessThan(600_000);
  for (const target of story.targets) expect([target, story.running(target)]).toEqual([target, [image('v1')]]);
});
