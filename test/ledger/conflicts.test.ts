import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { LedgerConflict } from '../../shared/ledger/conflict.ts';
import { dynamodbLedger } from '../../shared/ledger/dynamodb.ts';
import { update, writeMissing } from '../../shared/ledger/update.ts';
import { awsClientSettings } from '../../shared/outside/aws-client-settings.ts';
import { handClock } from './contract.ts';

const errors = {
  PutItem: { __type: 'com.amazonaws.dynamodb.v20120810#TransactionConflictException', message: 'under way' },
  TransactWriteItems: {
    __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
    CancellationReasons: [{ Code: 'None' }, { Code: 'TransactionConflict' }],
    Message: 'cancelled',
  },
};

/** An empty table on which somebody else's transaction is under way for the first so many writes, by the wire of DynamoDB. */
const table = (conflicts: number) => {
  const asked: string[] = [];
  const http = async (_: string | URL, { headers = {} }: { readonly headers?: unknown } = {}): Promise<Response> => {
    const operation = String((headers as Record<string, string>)['x-amz-target']).split('.')[1] ?? '';
    asked.push(operation);
    const writes = asked.filter((each) => each in errors).length;
    const error = writes <= conflicts && operation in errors ? errors[operation as keyof typeof errors] : undefined;
    return Response.json(error ?? {}, { status: error === undefined ? 200 : 400 });
  };
  const identity = async () => ({ accessKeyId: 'a', secretAccessKey: 'b' });
  const client = new DynamoDBClient(awsClientSettings(http, identity, 'us-east-1'));
  return { asked, ledger: dynamodbLedger({ client, table: 'tidegate', clock: handClock(0) }) };
};
const key = { partition: 'p', sort: 's' };
const beside = { partition: 'p', sort: 'beside', data: {}, expect: 'absent' } as const;

it('a transaction of somebody else that is under way is waited out where a row is decided anew', async () => {
  for (const others of [[], [[beside]]] as const) {
    const { ledger, asked } = table(2);
    expect(
      await update(
        ledger,
        key,
        () => ({ n: 1 }),
        undefined,
        () => others,
      ),
    ).toMatchObject({ data: { n: 1 } });
    expect(asked.filter((each) => each in errors)).toHaveLength(3);
  }
  const { ledger } = table(2);
  expect(await writeMissing(ledger, [[beside]], [{ ...key, expect: 1 }])).toBe(true);
});

it('and is said by a name that every step is tried again for, where it does not end', async () => {
  const { ledger } = table(1_000);
  await expect(
    update(
      ledger,
      key,
      () => ({}),
      undefined,
      () => [[beside]],
    ),
  ).rejects.toThrow(LedgerConflict);
  await expect(ledger.transact([{ ...key, data: {}, expect: 'absent' }])).rejects.toThrow(LedgerConflict);
  await expect(ledger.put({ ...key, data: {}, expect: 'absent' })).rejects.toThrow(LedgerConflict);
});
