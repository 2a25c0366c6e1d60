import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { sendNotices } from '../../functions/send-notices.ts';
import { dynamodbLedger } from '../../shared/ledger/dynamodb.ts';
import { notify } from '../../shared/notify/notify.ts';
import { sendWaiting } from '../../shared/notify/outbox.ts';
import { openPlace } from '../intake/place.ts';
import { openPager } from '../notify/pager.ts';
import { describeWithMoto, type Moto, startMoto } from '../outside/moto.ts';
import { type HandClock, handClock, ledgerContract } from './contract.ts';
import { describeWithDynamodbLocal, startDynamodbLocal } from './dynamodb-local.ts';
import { letsThrough } from './filter-pattern.ts';
import { readStream } from './stream-records.ts';

const read = (file: string) =>
  parse(readFileSync(join(import.meta.dirname, '..', '..', file), 'utf8'), { merge: true });
/** As deployed. */
const { StreamViewType } = read('resources/ledger.yml').Resources.LedgerTable.Properties.StreamSpecification;
const [pattern] = read('serverless.yml').functions.sendNotices.events[0].stream.filterPatterns;

const table = 'tidegate';
const createTable = async (client: DynamoDBClient, TableName: string, more = {}): Promise<void> => {
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'PK', KeyType: 'HASH' },
        { AttributeName: 'SK', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'PK', AttributeType: 'S' },
        { AttributeName: 'SK', AttributeType: 'S' },
      ],
      ...more,
    }),
  );
  const TimeToLiveSpecification = { AttributeName: 'expiresAt', Enabled: true };
  await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
};

/** What holds on every DynamoDB, whoever wrote it; `isAtomic` as for the contract. */
const ledgerInDynamodb =
  (start: () => Promise<Moto>, { isAtomic }: { readonly isAtomic: boolean }) =>
  (): void => {
    let server: Moto;
    let client: DynamoDBClient;
    beforeAll(async () => {
      server = await start();
      client = new DynamoDBClient(server.client);
      await createTable(client, table);
    }, 60_000);
    afterAll(() => server.stop());

    const open = async (clock: HandClock) => ({
      ledger: dynamodbLedger({ client, table, clock }),
      close: () => undefined,
    });
    ledgerContract(open, { isAtomic });

    it('writes the time to live in whole seconds, never before the row is past its time', async () => {
      const ledger = dynamodbLedger({ client, table, clock: handClock(1_000) });
      await ledger.put({ partition: 'ttl', sort: 's', data: { n: 1 }, expect: 'absent', expiresAt: 1_772_366_400_001 });
      const Key = { PK: { S: 'ttl' }, SK: { S: 's' } };
      expect((await client.send(new GetItemCommand({ TableName: table, Key }))).Item).toEqual({
        ...Key,
        version: { N: '1' },
        data: { S: '{"n":1}' },
        expiresAt: { N: '1772366401' },
        expiresAtMs: { N: '1772366400001' },
      });
      const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: table }));
      expect(TimeToLiveDescription?.AttributeName).toBe('expiresAt');
    });

    it('reads what older code left, and of a row in a later form says so and leaves it as it is', async () => {
      const ledger = dynamodbLedger({ client, table, clock: handClock(1_000) });
      const item = (sort: string, more = {}) => ({
        ...{ PK: { S: 'forms' }, SK: { S: sort }, version: { N: '3' }, data: { S: '{"n":1}' } },
        ...more,
      });
      await client.send(
        new PutItemCommand({ TableName: table, Item: item('older', { unknown: { S: 'kept by nobody' } }) }),
      );
      const later = item('later', { format: { N: '2' } });
      await client.send(new PutItemCommand({ TableName: table, Item: later }));
      expect(await ledger.get({ partition: 'forms', sort: 'older' })).toMatchObject({ version: 3, data: { n: 1 } });
      const refused =
        'ledger row forms later: has format 2, this version of Tidegate reads up to 1; deploy the later one again and redrive';
      await expect(ledger.get({ partition: 'forms', sort: 'later' })).rejects.toThrow(refused);
      await expect(ledger.query('forms')).rejects.toThrow(refused);
      expect(await ledger.put({ partition: 'forms', sort: 'later', data: {}, expect: 'absent' })).toBeUndefined();
      const Key = { PK: later.PK, SK: later.SK };
      expect((await client.send(new GetItemCommand({ TableName: table, Key }))).Item).toEqual(later);
    });

    it('tells by its stream of what is put into the outbox, which is sent once, and of nothing else that is written', async () => {
      const clock = handClock(1_000);
      const streamed = 'streamed';
      await createTable(client, streamed, { StreamSpecification: { StreamEnabled: true, StreamViewType } });
      const ledger = dynamodbLedger({ client, table: streamed, clock });
      const place = await openPlace();
      const { sent, ...channel } = openPager();
      const outside = { ...place.outside, ...channel, ledger, clock: { ...place.outside.clock, now: clock.now } };
      await ledger.put({ partition: 'other', sort: 'first', data: {}, expect: 'absent' });
      for (const key of ['first', 'second', 'first']) await notify({ key, text: 'x' }, outside, 'everybody');
      await ledger.put({ partition: 'other', sort: 'second', data: {}, expect: 'absent' });

      const { Table } = await client.send(new DescribeTableCommand({ TableName: streamed }));
      const through = async () =>
        (await readStream(server.client.endpoint, Table?.LatestStreamArn ?? '')).filter((record) =>
          letsThrough(pattern, record),
        );
      const records = await through();
      expect(records.map(({ eventName, dynamodb: { Keys, NewImage } }) => ({ eventName, Keys, NewImage }))).toEqual(
        ['first', 'second'].map((key) => ({
          ...{ eventName: 'INSERT', NewImage: undefined },
          Keys: { PK: { S: 'notify-outbox' }, SK: { S: key } },
        })),
      );
      const lambda = { getRemainingTimeInMillis: () => 30_000 };
      // A stream tells at least once.
      for (let time = 0; time < 2; time += 1)
        expect(await sendNotices(outside)({ Records: records }, lambda)).toEqual({ batchItemFailures: [] });
      await sendWaiting(outside);
      expect(sent.sort()).toEqual(['first', 'second']);
      // What sending itself has written calls nothing.
      expect(await through()).toEqual(records);
      await place.close();
    });

    it('reads on over pages of 1 MB', async () => {
      const ledger = dynamodbLedger({ client, table, clock: handClock(1_000) });
      const text = 'x'.repeat(300_000);
      for (const sort of ['a', 'b', 'c', 'd', 'e'])
        await ledger.put({ partition: 'pages', sort, data: { text }, expect: 'absent' });
      expect((await ledger.query('pages')).map(({ sort }) => sort)).toEqual(['a', 'b', 'c', 'd', 'e']);
      expect((await ledger.query('pages', { limit: 4, reverse: true })).map(({ sort }) => sort)).toEqual([
        'e',
        'd',
        'c',
        'b',
      ]);
    });

    it('throws what is no failed expectation', async () => {
      const ledger = dynamodbLedger({ client, table: 'other', clock: handClock(0) });
      await expect(ledger.put({ partition: 'p', sort: 's', data: {}, expect: 'absent' })).rejects.toThrow(
        expect.objectContaining({ name: 'ResourceNotFoundException' }),
      );
    });
  };

// Its server answers in threads, and between the check of a condition and the write holds no lock (Table.put_item): two may win.
describeWithMoto('the ledger in the DynamoDB of moto', ledgerInDynamodb(startMoto, { isAtomic: false }));
describeWithDynamodbLocal('the ledger in DynamoDB Local', ledgerInDynamodb(startDynamodbLocal, { isAtomic: true }));
