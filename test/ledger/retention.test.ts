import { expect, it } from 'vitest';
import { keptUntil, withRetention } from '../../shared/ledger/retention.ts';
import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';
import { handClock } from './contract.ts';

const dayMs = 24 * 3_600_000;

it.each([
  ['rollout#r', 400],
  ['rollouts', 400],
  ['approval#ap-1', 400],
  ['hold-history', 400],
  ['audit-entries', 400],
  ['test#te-1', 400],
  ['deployment#r#staging#forward#a', 400],
  ['probes#r#staging#forward', 90],
  ['delivery#artifact', 90],
  ['delivery#merge', undefined],
  ['targets', undefined],
  ['target#a', undefined],
  ['wave#staging', undefined],
  ['holds', undefined],
  ['alerts', undefined],
  ['approvals', undefined],
  ['audit-waiting', undefined],
  ['audit-links', undefined],
  ['audit-keys', undefined],
])('keeps rows of %s for %s days', (partition, days) => {
  expect(keptUntil(partition, 1_000)).toBe(days === undefined ? undefined : 1_000 + days * dayMs);
});

it('gives a row its time with each write, unless it brings its own', async () => {
  const clock = handClock(0);
  const bare = openSqliteLedger(':memory:', clock);
  const ledger = withRetention(bare, clock);
  await ledger.put({ partition: 'rollout#r', sort: 'head', data: {}, expect: 'absent' });
  await ledger.transact([
    { partition: 'probes#r', sort: 'slice', data: {}, expect: 'absent', expiresAt: 5 },
    { partition: 'targets', sort: 'a', data: {}, expect: 'absent' },
  ]);
  clock.move(dayMs);
  await ledger.put({ partition: 'rollout#r', sort: 'head', data: { n: 1 }, expect: 1 });
  expect((await bare.get({ partition: 'rollout#r', sort: 'head' }))?.expiresAt).toBe(401 * dayMs);
  expect((await bare.get({ partition: 'targets', sort: 'a' }))?.expiresAt).toBeUndefined();
  expect(await bare.get({ partition: 'probes#r', sort: 'slice' })).toBeUndefined();
});

it('is removed from the file when its time is over, while the ledger is open', async () => {
  const clock = handClock(0);
  const bare = openSqliteLedger(':memory:', clock);
  await bare.put({ partition: 'p', sort: 's', data: {}, expect: 'absent', expiresAt: 5 });
  clock.move(5);
  bare.sweep();
  expect(await bare.put({ partition: 'p', sort: 's', data: {}, expect: 'absent' })).toMatchObject({ version: 1 });
});
