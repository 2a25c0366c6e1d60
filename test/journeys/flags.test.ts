import { afterAll, beforeEach, expect, test } from 'vitest';
import { definitionFile, flagsConfig } from './flags-fleet.ts';
import { image, openRehearsal } from './rehearsal.ts';

/** One instance for all of these stories, told one after the other. */
const story = await openRehearsal({ config: flagsConfig('v1') });
afterAll(story.close);
const bucket = 'acme-flags';
const digest = (version: string): string => image(version).split('@')[1] ?? '';
const put = (wave: string, variant: 'on' | 'off' = 'off') =>
  story.flags.files.put(bucket, `flags/${wave}.json`, definitionFile(variant));
const on = (target: string): unknown =>
  story.flags.valueOn({ name: target, labels: { stage: target.split('-')[1] ?? '' } }, 'new-checkout');
const about = async (rollout: string): Promise<readonly string[]> =>
  (await story.events(rollout)).filter((text) => /flag/.test(text));
const happened = async (rollout: string, text: RegExp): Promise<void> =>
  story.until(async () => (await story.events(rollout)).some((event) => text.test(event)));
const running = (target: string): readonly string[] => story.running(target);
const internal = ['eks-internal', 'gke-internal'];

beforeEach(() => {
  put('staging');
  put('internal');
});

test('a flag is set in each wave after its targets run, is seen by all of them, and soaks with its gates', async () => {
  expect(await story.ended(await story.begin())).toMatchObject({ outcome: 'succeeded' });
  const rollout = await story.merge({ 'tidegate.json': flagsConfig('v2', { staging: true, internal: true }) }, 'Flag');
  expect(await story.ended(rollout)).toMatchObject({ outcome: 'succeeded' });
  expect(await about(rollout)).toEqual([
    expect.stringMatching(/^staging planned at .*; flag new-checkout: false -> true$/),
    'flag new-checkout: false -> true in staging',
    'after staging: PASS gate flag new-checkout: it is true, as was set',
    expect.stringMatching(/^internal planned at .*; flag new-checkout: false -> true$/),
    'flag new-checkout: false -> true in internal',
    'after internal: PASS gate flag new-checkout: it is true, as was set',
  ]);
  expect(story.targets.map(on)).toEqual([true, true, true]);
  // Not before every target was there, and the soak began with it.
  const set = await story.at(rollout, /in internal$/);
  const events = await story.events(rollout);
  const place = (text: RegExp): number => events.findIndex((event) => text.test(event));
  for (const target of internal) expect(place(new RegExp(`^${target} deployed`))).toBeLessThan(place(/in internal$/));
  expect(await story.at(rollout, /^internal passed/)).toBeGreaterThanOrEqual(set + 30_000);
  // All else in the file is as it was.
  const { flags } = JSON.parse(story.flags.files.text(bucket, 'flags/staging.json') ?? '');
  expect(flags.other).toEqual({ state: 'ENABLED', variants: { a: 'a' }, defaultVariant: 'a' });
});

test('a bad flag over good code goes off first, which cures the wave, and the code stays', async () => {
  story.images.publish(digest('v3'), { underFlag: { flag: 'new-checkout', is: true, errorRatio: 0.05 } });
  const rollout = await story.merge({ 'tidegate.json': flagsConfig('v3', { internal: true }) }, 'Bad flag');
  const end = await story.ended(rollout);
  expect(end).toMatchObject({
    outcome: 'partial',
    because: expect.stringMatching(
      /^FAIL gate errors on .*; cured by the flags: new-checkout back to false, and every gate passed in 2 windows after; the code stays/,
    ),
  });
  expect(await about(rollout)).toContain('flag new-checkout is back to false in internal');
  // Two windows of 20 s that lie after it went off, one after the other.
  const off = await story.at(rollout, /is back to false/);
  expect((end?.at ?? 0) - off).toBeGreaterThanOrEqual(40_000);
  expect(internal.map(on)).toEqual([false, false]);
  expect(story.targets.map(running)).toEqual([[image('v3')], [image('v3')], [image('v3')]]);
});

test('a bad flag over bad code goes off first, does not cure it, and then the code goes back', async () => {
  const bad = digest('v4');
  const rollout = await story.merge(
    { 'tidegate.json': flagsConfig('v4', { staging: true, internal: true }) },
    'Both bad',
  );
  await happened(rollout, /true in internal$/);
  story.images.publish(bad, { errorRatio: 0.05 });
  const mark = story.mark();
  expect(await story.ended(rollout)).toMatchObject({
    outcome: 'rolled_back',
    because: expect.stringMatching(
      /^FAIL gate errors on .*; not cured by the flags, taken back first \(new-checkout back to false\): FAIL gate errors on .*; so the code goes back too/,
    ),
  });
  expect(story.targets.map(on)).toEqual([false, false, false]);
  // Each to what it was verified on last: the code that was held in internal had no soak of its own.
  expect(Object.fromEntries(story.targets.map((target) => [target, running(target)]))).toEqual({
    'eks-staging': [image('v3')],
    'eks-internal': [image('v2')],
    'gke-internal': [image('v2')],
  });
  // In every wave the flag went first: S11.
  for (const wave of ['internal', 'staging']) {
    const off = await story.at(rollout, new RegExp(`^flag new-checkout is back to false in ${wave}`));
    for (const target of story.targets.filter((name) => name.endsWith(wave))) {
      expect(story.writes(target, mark)).not.toEqual([]);
      expect(await story.at(rollout, new RegExp(`^takes back ${wave}: .*${target}`))).toBeGreaterThanOrEqual(off);
    }
  }
});

test('a store that does not answer keeps a flag from being set, and nothing is written meanwhile', async () => {
  story.flags.storeDown(true);
  const mark = story.mark();
  const rollout = await story.merge({ 'tidegate.json': flagsConfig('v5', { staging: true }) }, 'Nobody answers');
  await happened(rollout, /^waits with wave staging/);
  expect(await story.ended(rollout)).toMatchObject({
    outcome: 'aborted',
    because: expect.stringMatching(/^wave staging, nothing written in it: flag new-checkout: s3:.* answer/),
  });
  for (const target of story.targets) expect(story.writes(target, mark)).toEqual([]);
  story.flags.storeDown(false);
});

test('a flag that is on and can not be taken off keeps its code: it is tried again, people are told, and then all goes back', async () => {
  const rollout = await story.merge({ 'tidegate.json': flagsConfig('v6', { staging: true }) }, 'Nobody answers later');
  await happened(rollout, /true in staging$/);
  story.flags.storeDown(true);
  story.images.publish(digest('v6'), { errorRatio: 0.05 });
  await happened(rollout, /could not be taken back to false in staging: .*its safe value is false/);
  expect(story.running('eks-staging')).toEqual([image('v6')]);
  story.flags.storeDown(false);
  expect(await story.ended(rollout)).toMatchObject({ outcome: 'rolled_back' });
  expect(on('eks-staging')).toBe(false);
});

test('a change by somebody else during the wave ends it, and is not overwritten', async () => {
  const rollout = await story.merge({ 'tidegate.json': flagsConfig('v7', { staging: true }) }, 'Somebody else');
  await happened(rollout, /true in staging$/);
  await story.pass(5_000);
  const theirs = JSON.parse(definitionFile());
  theirs.flags['new-checkout'].targeting = {
    fractional: [
      ['on', 5],
      ['off', 95],
    ],
  };
  story.flags.files.put(bucket, 'flags/staging.json', JSON.stringify(theirs));
  expect(await story.ended(rollout)).toMatchObject({
    outcome: 'partial',
    because: expect.stringMatching(
      /flag new-checkout was changed by somebody else in staging: it is 5% true, else false; not overwritten, and the code stays/,
    ),
  });
  expect(JSON.parse(story.flags.files.text(bucket, 'flags/staging.json') ?? '')).toEqual(theirs);
});

test('a rollback of a release takes off the flag that came with it before it brings back the older code', async () => {
  const rollout = await story.merge({ 'tidegate.json': flagsConfig('v8', { staging: true, internal: true }) }, 'Good');
  expect(await story.ended(rollout)).toMatchObject({ outcome: 'succeeded' });
  expect(internal.map(on)).toEqual([true, true]);
  // The commit before says nothing of the flag in internal: it was off before Tidegate ever set it.
  const { rollout: back } = await story.rollBack(rollout);
  expect(await story.ended(back)).toMatchObject({ outcome: 'succeeded' });
  expect(internal.map(on)).toEqual([false, false]);
  const events = await story.events(back);
  const off = events.indexOf('flag new-checkout: true -> false in internal');
  const code = events.findIndex((text) => text.startsWith('deploys internal'));
  expect([off, code]).not.toContain(-1);
  expect(off).toBeLessThan(code);
});

test('a flag that is not there, or has rules of its own, refuses the release before anything is touched', async () => {
  const theirs = JSON.parse(definitionFile());
  theirs.flags['new-checkout'].targeting = { if: [{ '==': [{ var: 'email' }, 'a@example.com'] }, 'on'] };
  story.flags.files.put(bucket, 'flags/internal.json', JSON.stringify(theirs));
  const mark = story.mark();
  const rollout = await story.merge(
    { 'tidegate.json': flagsConfig('v9', { staging: true, internal: true }) },
    'Theirs',
  );
  expect(await story.ended(rollout)).toMatchObject({
    outcome: 'refused',
    because: expect.stringMatching(
      /^refused, nothing written to any target: flag new-checkout in internal: s3:.*has targeting rules of its own/,
    ),
  });
  for (const target of story.targets) expect(story.writes(target, mark)).toEqual([]);
});
