import { expect, test } from 'vitest';
import { putJson } from '../../shared/blobs/json.ts';
import { readEvents } from '../../shared/ledger/events.ts';
import { giveUpLeft } from '../../shared/ledger/left.ts';
import { notePrepared, openRollout } from '../../shared/ledger/rollouts.ts';
import { markBegun, markVerified } from '../../shared/ledger/target-state.ts';
import { advanceWave, recordDeployment } from '../../shared/ledger/waves.ts';
import { waitToGoBack } from '../../shared/release/wait-to-go-back.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import type { DeploymentOutcome } from '../../shared/rollout/outcome.ts';
import type { WavePlan } from '../../shared/rollout/plan.ts';
import type { Release } from '../../shared/rollout/release.ts';
import { targetNamed } from '../analysis/asking.ts';
import { ledgerAndClock } from '../approval/waiting-machines.ts';
import { memoryBlobs } from '../console/fleet-story.ts';

const wave = (name: string, targets: readonly string[]) => ({
  ...{ name, targets, batches: ['100%'], maxConcurrent: 1, maxFailures: 0, soakMs: 1, gates: [] },
  ...{ whenTaken: 'queue', settleWithinMs: 1, inconclusiveWithinMs: 1 },
});

interface Back {
  /** How its deployment back ended; `unread` and `refused` as it was planned. */
  readonly how?: DeploymentOutcome | 'unread' | 'refused';
  readonly outcome?: string;
  readonly before?: false;
  readonly takenOver?: true;
}

/** A rollout of one target in the second of two waves, which has gone back so. */
const gone = async ({ how, outcome = 'failed', before, takenOver }: Back) => {
  const outside = { ...ledgerAndClock(), blobs: memoryBlobs() };
  const { ledger, blobs } = outside;
  const release = await putJson(blobs, {
    targets: { a: { ...targetNamed('a'), rendered: digestOf('m') } },
    waves: [wave('first', []), wave('second', ['a'])],
    gates: {},
  } as unknown as Release);
  const started = { repository: 'o/r', startedAt: 0, startedBy: 'x', authors: [] };
  await openRollout(ledger, { ...started, rollout: 'r', commit: 'c' });
  await notePrepared(ledger, 'r', release, ['first', 'second']);
  const standing = { release, rendered: digestOf('m'), commit: 'c', at: 1 };
  if (before !== false) await markVerified(ledger, 'a', { ...standing, rollout: 'before' });
  await markBegun(ledger, 'a', { ...standing, rollout: 'r' });
  if (takenOver) await markBegun(ledger, 'a', { ...standing, rollout: 'later' });
  const ref = { rollout: 'r', release, wave: 'second', direction: 'back' as const };
  const unread = how === 'unread' || how === 'refused';
  const passing = how === 'unread' ? { mayPass: true as const } : {};
  const unreachable = unread ? [{ target: 'a', because: 'no route', ...passing }] : [];
  const planned: WavePlan = { release, wave: 'second', direction: 'back', targets: [], unreachable };
  const plan = await putJson(blobs, planned);
  if (how !== undefined && !unread) {
    await recordDeployment(ledger, ref, { target: 'a', outcome: how, because: 'no route', startedAt: 0, endedAt: 0 });
  }
  await advanceWave(ledger, ref, outcome === '' ? { plan } : { plan, outcome, because: 'it was not', closedAt: 1 });
  const told: string[] = [];
  const wait = () => waitToGoBack('r', async (text) => void told.push(text), outside);
  return { ...outside, told, wait };
};

const until = 'not back yet, and tried again until 1970-01-01T06:00:00.000Z or an abort: a; a: ';

test.each<[string, Back, string]>([
  ['could not be read', { how: 'unread' }, 'no route'],
  ['was lost on its way', { how: 'lost' }, 'no route'],
  ['was never tried', {}, 'it was not'],
])('a target that %s is waited for', async (_, back, because) => {
  const { wait, told } = await gone(back);
  expect(await wait()).toEqual({ status: 'in-progress', retryAfterSeconds: 10, because: until + because, at: 1 });
  expect(told).toEqual([until + because]);
});

test.each<[string, Back]>([
  ['was refused', { how: 'refused' }],
  ['failed', { how: 'failed' }],
  ['is back, in a wave that failed', { how: 'deployed' }],
  ['stands under a flag that is not back', { outcome: 'stuck' }],
  ['nobody knows anything of', { outcome: '' }],
  ['has nothing to go back to', { how: 'lost', before: false }],
  ['has a newer rollout', { how: 'lost', takenOver: true }],
])('a target that %s is not', async (_, back) => {
  const { wait, told } = await gone(back);
  expect([await wait(), told]).toEqual([undefined, []]);
});

test('it is waited for six hours, as one event, or until it is given up', async () => {
  const { wait, move, ledger } = await gone({ how: 'lost' });
  expect(await giveUpLeft(ledger, 'r', 'too early')).toBe(false);
  await wait();
  move(6 * 3_600_000 - 1);
  expect(await wait()).toMatchObject({ retryAfterSeconds: 1 });
  expect((await readEvents(ledger, 'r')).map(({ event }) => event.text)).toEqual([`${until}no route`]);
  expect(await giveUpLeft(ledger, 'r', 'enough')).toBe(true);
  expect(await wait()).toBeUndefined();

  const other = await gone({ how: 'lost' });
  await other.wait();
  other.move(6 * 3_600_000);
  expect(await other.wait()).toBeUndefined();
});
