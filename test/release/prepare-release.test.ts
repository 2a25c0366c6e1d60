import { expect, test } from 'vitest';
import { readAccess } from '../../shared/ledger/access.ts';
import { openRollout, type Rollout } from '../../shared/ledger/rollouts.ts';
import { type Fleet, type PreparingTools, prepareRelease } from '../../shared/release/prepare-release.ts';
import { never, targetNamed } from '../analysis/asking.ts';
import { ledgerAndClock } from '../approval/waiting-machines.ts';
import { exampleRelease } from '../console/example-release.ts';
import { memoryBlobs } from '../console/fleet-story.ts';

/** By v1 acme is as every other target; v2 keeps it to those who hold its role. */
const configOf = (commit: string): Fleet => {
  const isPrivate = commit === 'v2';
  const example = exampleRelease('1', 'acme');
  return {
    ...example,
    targets: isPrivate ? [] : [targetNamed('acme')],
    following: example.waves.slice(-1).map((wave) => ({ target: targetNamed('acme'), wave })),
    access: { actions: {}, privateTargets: isPrivate ? { acme: { roles: ['acme'], holders: [] } } : {} },
  };
};

test.each<[string, Partial<Rollout>]>([
  ['a rollout that follows one of an older config', { only: 'acme' }],
  ['a further try of one that began before', { firstStartedAt: 1 }],
])('%s does not bring back who might see what then', async (_, differs) => {
  const { ledger, clock } = ledgerAndClock();
  const prepare = async (rollout: string, commit: string, startedAt: number, more: Partial<Rollout> = {}) => {
    await openRollout(ledger, { rollout, repository: 'o/r', commit, startedAt, startedBy: 'x', authors: [], ...more });
    const tools: PreparingTools<Fleet> = {
      readFiles: async () => new Map(),
      readConfig: async () => ({ ok: true, fleet: configOf(commit) }),
      render: async (_files, _fleet, { name }) => ({ ok: true, rendered: { target: name, services: [] } }),
    };
    return prepareRelease({ rollout, commit }, tools, { ledger, clock, blobs: memoryBlobs() }, never);
  };
  await prepare('first', 'v1', 1);
  await prepare('second', 'v2', 2);
  expect(await prepare('later', 'v1', 3, differs)).toMatchObject({ status: 'prepared' });
  expect((await readAccess(ledger)).privateTargets).toEqual({ acme: { roles: ['acme'], holders: [] } });
});
