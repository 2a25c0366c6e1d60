import { expect, test } from 'vitest';
import { requireKnown } from '../../../functions/tools/known-name.ts';
import { putJson } from '../../../shared/blobs/json.ts';
import { notePrepared, openRollout } from '../../../shared/ledger/rollouts.ts';
import { openSqliteLedger } from '../../../shared/ledger/sqlite.ts';
import type { HoldScope } from '../../../shared/rollout/holds.ts';
import { exampleRelease } from '../../console/example-release.ts';
import { tellStory } from '../../console/fleet-story.ts';
import { settings } from '../../console/story-console.ts';

const story = await tellStory();
const nothing: ReadonlySet<string> = new Set();
const outside = { ledger: story.ledger, blobs: story.blobs, settings: settings() };

test.each<[HoldScope, string]>([
  ['fleet', ''],
  ['wave', 'external'],
  ['source', 'acme/fleet'],
  ['rollout', 'ro-anything'],
])('a hold of %s %s is one of what is there', async (scope, name) => {
  await expect(requireKnown({ scope, name }, outside, nothing)).resolves.toBeUndefined();
});

test.each<[HoldScope, string, string]>([
  ['wave', 'externl', 'there is no wave "externl"; did you mean external?'],
  ['source', 'acme/flet', 'there is no source "acme/flet"; did you mean acme/fleet?'],
  ['service', 'zzzzzzzz', 'there is no service "zzzzzzzz"; expected one of '],
])('a hold of %s %s is refused: it would hold nothing', async (scope, name, message) => {
  await expect(requireKnown({ scope, name }, outside, nothing)).rejects.toThrow(message);
});

test.each<HoldScope>(['target', 'wave'])(
  'a private target is held, as a %s, before its own first rollout',
  async (scope) => {
    const { ledger, blobs, clock } = await tellStory();
    const rollout = { rollout: 'ro-new', repository: 'acme/fleet', commit: 'c', startedBy: 'ana', authors: [] };
    await openRollout(ledger, { ...rollout, startedAt: clock.now() });
    const release = await putJson(blobs, { ...exampleRelease('3'), following: ['acme-prod'] });
    await notePrepared(ledger, 'ro-new', release, ['staging']);
    const held = requireKnown({ scope, name: 'acme-prod' }, { ...outside, ledger, blobs }, nothing);
    await expect(held).resolves.toBeUndefined();
  },
);

test('before anything was released any name may be held', async () => {
  const ledger = openSqliteLedger(':memory:', story.clock);
  await expect(
    requireKnown({ scope: 'wave', name: 'later' }, { ...outside, ledger }, nothing),
  ).resolves.toBeUndefined();
});

test('what is hidden is refused as what is not there, and is neither proposed nor listed', async () => {
  const said = async (scope: HoldScope, name: string, hidden: string) =>
    requireKnown({ scope, name }, outside, new Set([hidden])).then(
      () => 'taken',
      (error: Error) => error.message,
    );
  const near = 'there is no wave "NAME"; did you mean internal?';
  expect(await said('wave', 'external', 'external')).toBe(near.replace('NAME', 'external'));
  expect(await said('wave', 'externl', 'external')).toBe(
    'there is no wave "externl"; expected one of internal, staging',
  );
  expect(await said('target', 'aws-us-east-1-prod01', 'aws-us-east-1-prod01')).toMatch(/^there is no target /);
  const ledger = openSqliteLedger(':memory:', story.clock);
  const before = requireKnown({ scope: 'target', name: 'acme' }, { ...outside, ledger }, new Set(['acme']));
  await expect(before).rejects.toThrow('there is no target "acme"');
});
