import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
  TransactionConflictException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import type { Clock } from '../outside/clock.ts';
import { LedgerConflict } from './conflict.ts';
import type { Delete, Key, Ledger, Range, Row, Write } from './ledger.ts';
import { boundsOf, checkKey, checkTransaction, decodeData, encodeData, isWrite, versionAfter } from './row.ts';

export interface DynamodbLedgerOptions {
  readonly client: DynamoDBClient;
  /** A table with the keys `PK` and `SK` (strings) and time to live on `expiresAt`. */
  readonly table: string;
  readonly clock: Pick<Clock, 'now'>;
}

type Item = Record<string, AttributeValue>;

/** The form that rows are written in, which each says but those of the first. Two versions of the code work on one table for a while. */
const FORMAT = 1;

/** A row was written by a later Tidegate, in a form that this one does not know. Nothing is read of it, and nothing written. */
export class RowUnreadable extends Error {
  override readonly name = 'RowUnreadable';
  constructor(key: Key, format: number) {
    super(
      `ledger row ${key.partition} ${key.sort}: has format ${format}, this version of Tidegate reads up to ${FORMAT}; deploy the later one again and redrive`,
    );
  }
}

const LIVE = '(attribute_not_exists(#expires) OR #expires > :now)';
const GONE = '(attribute_not_exists(PK) OR #expires <= :now)';

/**
 * The ledger in one DynamoDB table; reads are consistent. `expiresAt` is in seconds, rounded up, for the table's time to live, which
 * removes rows within days; the exact time is in `expiresAtMs`, and a row past it counts as not there. Data is one JSON text, so that it
 * comes back exactly. Throws `RowUnreadable` for a row of a later form. Throws `LedgerConflict` where a transaction of
 * somebody else is under way on a row that is written. A throttled request rejects with the SDK's error: nothing is known to be written then.
 */
export const dynamodbLedger = ({ client, table, clock }: DynamodbLedgerOptions): Ledger => {
  const absent = () => ({
    ConditionExpression: GONE,
    ExpressionAttributeNames: { '#expires': 'expiresAtMs' },
    ExpressionAttributeValues: { ':now': { N: String(clock.now()) } },
  });
  const atVersion = (version: number) => ({
    ConditionExpression: `#version = :version AND ${LIVE}`,
    ExpressionAttributeNames: { '#expires': 'expiresAtMs', '#version': 'version' },
    ExpressionAttributeValues: { ':now': { N: String(clock.now()) }, ':version': { N: String(version) } },
  });
  const putting = (write: Write) => ({
    TableName: table,
    Item: itemOf(write),
    ...(write.expect === 'absent' ? absent() : atVersion(write.expect)),
  });
  const deleting = (key: Delete) => ({ TableName: table, Key: keyOf(key), ...atVersion(key.expect) });
  const live = (row: Row) => row.expiresAt === undefined || row.expiresAt > clock.now();

  return {
    get: async (key) => {
      checkKey(key);
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: keyOf(key), ConsistentRead: true }),
      );
      const row = Item && rowOf(Item);
      return row && live(row) ? row : undefined;
    },
    put: async (write) => {
      const input = putting(write);
      return (await held(client.send(new PutItemCommand(input)), write)) ? rowOf(input.Item) : undefined;
    },
    transact: async (changes) => {
      checkTransaction(changes);
      if (changes.length === 0) return true;
      const TransactItems = changes.map((change) =>
        isWrite(change) ? { Put: putting(change) } : { Delete: deleting(change) },
      );
      return held(client.send(new TransactWriteItemsCommand({ TransactItems })), changes[0] as Key);
    },
    query: async (partition, range = {}) => {
      const condition = keyCondition(partition, range);
      const { limit, after } = boundsOf(range);
      const rows: Row[] = [];
      let from: Item | undefined;
      while (condition && rows.length < limit) {
        const page = await client.send(
          new QueryCommand({
            TableName: table,
            ...condition,
            ConsistentRead: true,
            ScanIndexForward: !range.reverse,
            // One more: the row `after` names is found, too.
            Limit: limit - rows.length + 1,
            ...(from && { ExclusiveStartKey: from }),
          }),
        );
        rows.push(...(page.Items ?? []).map(rowOf).filter((row) => live(row) && row.sort !== after));
        from = page.LastEvaluatedKey;
        if (from === undefined) break;
      }
      return rows.slice(0, limit);
    },
    remove: async (key) => {
      checkKey(key);
      return held(client.send(new DeleteItemCommand(deleting(key))), key);
    },
  };
};

/**
 * `false` when an expectation did not hold. Throws `LedgerConflict` where a transaction of somebody else on one of the rows was under way:
 * then nothing was written. Any other failure is thrown: whether the write happened may be unknown then.
 */
const held = async (sent: Promise<unknown>, key: Key): Promise<boolean> => {
  try {
    await sent;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    if (error instanceof TransactionConflictException) throw new LedgerConflict(key);
    const reasons = error instanceof TransactionCanceledException ? (error.CancellationReasons ?? []) : [];
    if (reasons.some(({ Code }) => Code === 'ConditionalCheckFailed')) return false;
    if (reasons.some(({ Code }) => Code === 'TransactionConflict')) throw new LedgerConflict(key);
    throw error;
  }
};

const keyOf = ({ partition, sort }: Key): Item => ({ PK: { S: partition }, SK: { S: sort } });

const itemOf = (write: Write): Item => ({
  ...keyOf(write),
  version: { N: String(versionAfter(write)) },
  data: { S: encodeData(write) },
  ...(write.expiresAt !== undefined && {
    expiresAt: { N: String(Math.ceil(write.expiresAt / 1_000)) },
    expiresAtMs: { N: String(write.expiresAt) },
  }),
});

const rowOf = (item: Item): Row => {
  const key = { partition: item.PK?.S ?? '', sort: item.SK?.S ?? '' };
  const format = Number(item.format?.N ?? FORMAT);
  if (!(format <= FORMAT)) throw new RowUnreadable(key, format);
  return {
    ...key,
    version: Number(item.version?.N),
    data: decodeData(item.data?.S ?? '{}'),
    ...(item.expiresAtMs?.N !== undefined && { expiresAt: Number(item.expiresAtMs.N) }),
  };
};

/** One condition on the sort key is all a query takes. `undefined`: no key can be in the range. */
const keyCondition = (partition: string, range: Range) => {
  const { from, after, end } = boundsOf(range);
  const low = Buffer.compare(Buffer.from(from), Buffer.from(after)) < 0 ? after : from;
  if (low === '') return { KeyConditionExpression: 'PK = :pk', ExpressionAttributeValues: { ':pk': { S: partition } } };
  if (Buffer.compare(Buffer.from(low), Buffer.from(end)) > 0) return undefined;
  return {
    KeyConditionExpression: 'PK = :pk AND SK BETWEEN :low AND :end',
    ExpressionAttributeValues: { ':pk': { S: partition }, ':low': { S: low }, ':end': { S: end } },
  };
};
