import { expect, test } from 'vitest';
import { readAccess } from '../../shared/ledger/access.ts';
import { openRollout, type Rollout } from '../../shared/ledger/rollouts.ts';
import {
  type Fleet,
  type PrepareResult,
  type PreparingTools,
  prepareRelease,
} from '../../shared/release/prepare-release.ts';
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

type Render = PreparingTools<Fleet>['render'];
const rendered: Render = async (_files, _fleet, { name }) => ({ ok: true, rendered: { target: name, services: [] } });

/** A fleet whose rollouts are prepared one after the other. */
const open = () => {
  const { ledger, clock } = ledgerAndClock();
  const prepare = async (
    rollout: string,
    commit: string,
    startedAt: number,
    more: Partial<Rollout> = {},
    render: Render = rendered,
  ): Promise<PrepareResult> => {
    await openRollout(ledger, { rollout, repository: 'o/r', commit, startedAt, startedBy: 'x', authors: [], ...more });
    const tools: PreparingTools<Fleet> = {
      readFiles: async () => new Map(),
      readConfig: async () => ({ ok: true, fleet: configOf(commit) }),
      render,
    };
    return prepareRelease({ rollout, commit }, tools, { ledger, clock, blobs: memoryBlobs() }, never);
  };
  return { ledger, prepare, privateNow: async () => (await readAccess(ledger)).privateTargets };
};

test.each<[string, Partial<Rollout>]>([
  ['a rollout that follows one of an older config', { only: 'acme' }],
  ['a further try of one that began before', { firstStartedAt: 1 }],
])('%s does not bring back who might see what then', async (_, differs) => {
  const { prepare, privateNow } = open();
  await prepare('first', 'v1', 1);
  await prepare('second', 'v2', 2);
  expect(await prepare('later', 'v1', 3, differs)).toMatchObject({ status: 'prepared' });
  expect(await privateNow()).toEqual({ acme: { roles: ['acme'], holders: [] } });
});

test.each<[string, Render, string]>([
  ['is refused', async () => ({ ok: false, problems: ['IMAGE_TAG acme: no'] }), 'refused'],
  [
    'can not be made',
    async () => {
      throw new Error('acme: no');
    },
    'thrown',
  ],
])(
  'a target is private from when a config says so, although its release %s: what is said of that names it',
  async (_, render, end) => {
    const { prepare, privateNow } = open();
    const ended = prepare('first', 'v2', 2, {}, render).then(
      ({ status }) => status as string,
      () => 'thrown',
    );
    expect(await ended).toBe(end);
    expect(await privateNow()).toEqual({ acme: { roles: ['acme'], holders: [] } });
    // The next one that is prepared says who sees it.
    await prepare('newer', 'v1', 3);
    expect(await privateNow()).toEqual({});
  },
);

test('what an older config says of who sees a target is not heard, though its release is refused', async () => {
  const { prepare, privateNow } = open();
  await prepare('first', 'v1', 2);
  expect(await prepare('older', 'v2', 1, {}, async () => ({ ok: false, problems: ['no'] }))).toMatchObject({
    status: 'refused',
  });
  expect(await privateNow()).toEqual({});
});
