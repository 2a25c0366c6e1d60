import { afterAll, expect, it } from 'vitest';
import { sendNotices } from '../../functions/send-notices.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { notify } from '../../shared/notify/notify.ts';
import { outboxPartition } from '../../shared/notify/outbox.ts';
import { openPlace } from '../intake/place.ts';
import { openPager } from './pager.ts';

const place = await openPlace();
afterAll(place.close);
const { sent, ...channel } = openPager();
const outside = { ...place.outside, ...channel };
const lambda = { getRemainingTimeInMillis: () => 30_000 };
const record = (SequenceNumber: string, sort: string, partition = outboxPartition) => ({
  ...{ eventID: '1', eventName: 'INSERT', eventSource: 'aws:dynamodb' },
  dynamodb: { Keys: { PK: { S: partition }, SK: { S: sort } }, SequenceNumber, StreamViewType: 'KEYS_ONLY' },
});

it('sends what was put into the outbox, and asks for what could not be looked at to be brought again', async () => {
  for (const key of ['a', 'b', 'c']) await notify({ key, text: 'x' }, outside, 'everybody');
  const whole = outside.ledger;
  const ledger: Ledger = {
    ...whole,
    get: async (key) => {
      if (key.sort === 'b') throw new Error('ThrottlingException');
      return whole.get(key);
    },
  };
  const Records = [
    record('1', 'a'),
    record('2', 'b'),
    record('3', 'c'),
    record('4', 'gone'),
    record('5', 'a', 'other'),
  ];
  expect(await sendNotices({ ...outside, ledger })({ Records }, lambda)).toEqual({
    batchItemFailures: [{ itemIdentifier: '2' }],
  });
  expect(sent.splice(0)).toEqual(['a', 'c']);
  expect(await sendNotices(outside)({ Records }, lambda)).toEqual({ batchItemFailures: [] });
  expect(sent).toEqual(['b']);
});

it('refuses what is no record of the ledger', async () => {
  await expect(sendNotices(outside)({ Records: [{ body: '{}' }] }, lambda)).rejects.toMatchObject({
    name: 'InvalidInput',
    message: expect.stringContaining('Records.0.dynamodb'),
  });
});
