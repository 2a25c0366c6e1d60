import { expect, it } from 'vitest';
import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';
import {
  intentName,
  readOpenWrites,
  readWrites,
  recordIntent,
  recordOutcome,
  type WriteIntent,
} from '../../shared/ledger/writes.ts';
import { digestOf } from '../../shared/rollout/digest.ts';

const write = (fence: number, number: number): WriteIntent => ({
  intent: intentName('prod', fence, number),
  deployment: 'deployment#r1#w#forward#prod',
  target: 'prod',
  fence,
  at: 1_000,
  id: '/ConfigMap/shop/it',
  verb: 'apply',
  path: '/api/v1/namespaces/shop/configmaps/it',
  hash: digestOf('body'),
  plan: digestOf('plan'),
});

it('a write is open from its intent to its first outcome, and then stands under its deployment with both', async () => {
  const ledger = openSqliteLedger(':memory:', { now: () => 0 });
  const [late, early] = [write(12, 1), write(9, 3)];
  await recordIntent(ledger, late);
  await recordIntent(ledger, early);
  expect((await readOpenWrites(ledger, 'prod')).map(({ intent }) => intent)).toEqual([early.intent, late.intent]);

  await recordOutcome(ledger, 'prod', early.intent, { status: 'done' }, 2_000);
  await recordOutcome(ledger, 'prod', early.intent, { status: 'refused', because: 'too late' }, 3_000);
  expect(await readOpenWrites(ledger, 'prod')).toEqual([late]);
  expect(await readWrites(ledger, early.deployment)).toEqual([
    { ...early, outcome: { status: 'done' }, endedAt: 2_000 },
  ]);
});
