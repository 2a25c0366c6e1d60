import { expect, test } from 'vitest';
import { rideOut } from '../../shared/deployment/ride-out.ts';
import { stopWave } from '../../shared/ledger/waves.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import { ledgerAndClock } from '../approval/waiting-machines.ts';

const digest = digestOf('r');
const ref = {
  rollout: 'r',
  release: digest,
  wave: 'w',
  direction: 'forward',
  plan: digest,
  target: 'a',
  planned: digest,
} as const;
const fails = (name: string) => async () => {
  throw Object.assign(new Error('no answer'), { name });
};

test('a target that answers again has five minutes anew for its next outage', async () => {
  const outside = ledgerAndClock();
  const fail = fails('ClusterUnreachable');
  const waits = { status: 'in-progress', because: 'waits for a: no answer' };
  expect(await rideOut(ref, fail, outside)).toEqual({ ...waits, retryAfterSeconds: 2 });
  outside.move(299_000);
  expect(await rideOut(ref, fail, outside)).toEqual({ ...waits, retryAfterSeconds: 1 });
  expect(await rideOut(ref, async () => 'done', outside)).toBe('done');
  outside.move(1_000);
  expect(await rideOut(ref, fail, outside)).toEqual({ ...waits, retryAfterSeconds: 2 });
  outside.move(300_000);
  await expect(rideOut(ref, fail, outside)).rejects.toThrow('no answer');
});

test('nobody waits for a target whose wave was stopped', async () => {
  const outside = ledgerAndClock();
  await stopWave(outside.ledger, ref, { because: 'a gate', at: 1 });
  const stopped = { status: 'stopped', because: 'wave w is stopped: a gate' };
  expect(await rideOut(ref, fails('Throttled'), outside)).toEqual(stopped);
});

test.each([
  ['an identity that is refused', { ...ref }, 'AccessRefused'],
  ['what says nothing of a target', { ...ref }, 'LedgerConflict'],
  ['a way back, which is begun again', { ...ref, direction: 'back' as const }, 'ClusterUnreachable'],
])('%s is not waited for here', async (_, asked, name) => {
  await expect(rideOut(asked, fails(name), ledgerAndClock())).rejects.toMatchObject({ name });
});
