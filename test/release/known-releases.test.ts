import { expect, test } from 'vitest';
import { putJson } from '../../shared/blobs/json.ts';
import { closeRollout, endRollout, notePrepared, openRollout } from '../../shared/ledger/rollouts.ts';
import { readKnownReleases } from '../../shared/release/known-releases.ts';
import type { Release } from '../../shared/rollout/release.ts';
import { ledgerAndClock } from '../approval/waiting-machines.ts';
import { exampleRelease } from '../console/example-release.ts';
import { memoryBlobs } from '../console/fleet-story.ts';

type Run = readonly [wave: string, only: string | undefined, hasEnded: boolean];

/** Releases that were prepared one after the other, each of a fleet with a wave of that name, or of one private target. */
const prepared = async (...runs: readonly Run[]) => {
  const outside = { ...ledgerAndClock(), blobs: memoryBlobs() };
  const { ledger, clock, move, blobs } = outside;
  for (const [wave, only, hasEnded] of runs) {
    move(1000);
    const rollout = `ro-${clock.now()}`;
    const startedAt = clock.now();
    const row = { rollout, repository: 'o/r', commit: 'c', startedAt, startedBy: 'x', authors: [] };
    await openRollout(ledger, { ...row, ...(only === undefined ? {} : { only }) });
    const [first] = exampleRelease('1').waves;
    if (first === undefined) throw new Error('the example has waves');
    const release: Release = { ...exampleRelease('1'), waves: [{ ...first, name: wave }] };
    await notePrepared(ledger, rollout, await putJson(blobs, release), [wave]);
    if (!hasEnded) continue;
    await endRollout(ledger, rollout, { outcome: 'succeeded', because: 'all', at: clock.now() });
    await closeRollout(ledger, row);
  }
  return (await readKnownReleases(outside)).map(({ waves }) => waves.map(({ name }) => name).join());
};
const many = Array.from({ length: 60 }, (): Run => ['acme', 'acme', true]);

test.each<[string, readonly Run[], readonly string[]]>([
  ['none, before the first', [], []],
  [
    'the newest of the fleet, when that has ended and the private targets had theirs since',
    [['old', undefined, true], ['fleet', undefined, true], ['bolt', 'bolt', true], ...many],
    ['fleet', 'acme', 'bolt'],
  ],
  [
    'the newest of a private target, while only the rollout of the fleet is under way',
    [
      ['acme', 'acme', true],
      ['fleet', undefined, false],
    ],
    ['fleet', 'acme'],
  ],
  [
    'all that are under way, once each',
    [
      ['v1', undefined, false],
      ['v2', undefined, true],
      ['acme', 'acme', false],
    ],
    ['v2', 'acme', 'v1'],
  ],
])('the releases that names are looked up in are %s', async (_, runs, waves) => {
  expect(await prepared(...runs)).toEqual(waves);
});
