import { expect, it } from 'vitest';
import { streamInserts } from '../local/ledger-stream.ts';
import { openSqliteLedger } from '../shared/ledger/sqlite.ts';
import { notify } from '../shared/notify/notify.ts';
import { outboxPartition, sendWaiting } from '../shared/notify/outbox.ts';
import { processClock } from '../shared/outside/clock.ts';
import { letsThrough } from './ledger/filter-pattern.ts';
import { openPager } from './notify/pager.ts';

interface Called {
  readonly Records: readonly { readonly dynamodb: { readonly Keys: { readonly SK: { readonly S: string } } } }[];
}

/** A ledger whose timers run when `settle` says so. `calls` are the keys of each call; the first `failing` of them fail. */
const openStream = (failing = 0, partition = 'box') => {
  const due: (() => void)[] = [];
  const clock = {
    now: () => 1_500,
    sleep: async () => undefined,
    after: (_: number, work: () => void) => {
      due.push(work);
      return () => undefined;
    },
  };
  const events: Called[] = [];
  const calls: (readonly string[])[] = [];
  const logged: string[] = [];
  const log = { info: () => undefined, warn: () => undefined, error: (text: string) => void logged.push(text) };
  const call = async (event: object) => {
    events.push(event as Called);
    calls.push((event as Called).Records.map(({ dynamodb }) => dynamodb.Keys.SK.S));
    if (calls.length <= failing) throw new Error('no');
  };
  const stream = streamInserts(openSqliteLedger(':memory:', clock), partition, call, {
    clock,
    log,
    region: 'eu-west-1',
  });
  const settle = async () => {
    for (const work of due.splice(0)) work();
    await new Promise((resolve) => setImmediate(resolve));
  };
  const put = (sort: string, at = partition) => stream.ledger.put({ partition: at, sort, data: {}, expect: 'absent' });
  return { ...stream, put, settle, events, calls, logged, clock, log };
};

it('calls the function with what was inserted, in the form of DynamoDB Streams, after the write has returned', async () => {
  const { put, settle, events, calls } = openStream();
  await put('a');
  expect(calls).toEqual([]);
  await settle();
  const record = {
    eventID: '000000000000000000001',
    eventName: 'INSERT',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'eu-west-1',
    dynamodb: {
      ApproximateCreationDateTime: 1,
      Keys: { PK: { S: 'box' }, SK: { S: 'a' } },
      SequenceNumber: '000000000000000000001',
      SizeBytes: 8,
      StreamViewType: 'KEYS_ONLY',
    },
    eventSourceARN: 'arn:aws:dynamodb:eu-west-1:000000000000:table/ledger/stream/1970-01-01T00:00:00.000',
  };
  expect(events).toEqual([{ Records: [record] }]);
  expect(letsThrough({ eventName: ['INSERT'], dynamodb: { Keys: { PK: { S: ['box'] } } } }, record)).toBe(true);
});

it('tells of inserts alone, of one partition, and of none that was not written', async () => {
  const { put, ledger, settle, calls } = openStream();
  await put('a');
  await put('a');
  await put('b', 'other');
  await ledger.put({ partition: 'box', sort: 'a', data: { n: 1 }, expect: 1 });
  const both = ['c', 'd'].map((sort) => ({ partition: 'box', sort, data: {}, expect: 'absent' as const }));
  expect(await ledger.transact([...both, { partition: 'box', sort: 'a', expect: 1 }])).toBe(false);
  expect(await ledger.transact([...both, { partition: 'box', sort: 'a', expect: 2 }])).toBe(true);
  await ledger.remove({ partition: 'box', sort: 'c', expect: 1 });
  await settle();
  expect(calls).toEqual([['a', 'c', 'd']]);
});

it('calls with ten at most, one call after the other, and goes on after one that failed', async () => {
  const { put, settle, calls, logged } = openStream(1);
  for (let number = 10; number < 22; number += 1) await put(`n${number}`);
  await settle();
  expect(calls.map((keys) => keys.length)).toEqual([10, 2]);
  expect(logged).toEqual(['what the ledger streams was not taken']);
  await put('later');
  await settle();
  expect(calls.at(-1)).toEqual(['later']);
});

it('calls nothing any more once it is stopped', async () => {
  const { put, stop, settle, calls } = openStream();
  await put('a');
  stop();
  await settle();
  await put('b');
  await settle();
  expect(calls).toEqual([]);
});

it('forgets with a kill what it has not called for, and the sweep of the next instance sends it', async () => {
  const { ledger, stop, settle, calls, clock, log } = openStream(0, outboxPartition);
  await notify({ key: 'k', text: 'x' }, { ledger, clock }, 'everybody');
  stop();
  await settle();
  expect(calls).toEqual([]);
  const { sent, ...channel } = openPager();
  await sendWaiting({ ...channel, ledger, log, clock: { ...processClock, now: clock.now } });
  expect(sent).toEqual(['k']);
});
