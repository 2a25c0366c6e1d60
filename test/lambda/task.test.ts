import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, expect, it } from 'vitest';
import { z } from 'zod';
import { task } from '../../shared/lambda/task.ts';
import { dynamodbLedger } from '../../shared/ledger/dynamodb.ts';
import { awsClientSettings } from '../../shared/outside/aws-client-settings.ts';
import type { Http } from '../../shared/outside/http.ts';
import { openPlace } from '../intake/place.ts';

const { outside, close } = await openPlace();
afterAll(close);

/** The real client of DynamoDB, whose requests this answers. */
const answering = (status: number, type: string, message: string): Http => {
  const body = JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message });
  return async () => new Response(body, { status, headers: { 'content-type': 'application/x-amz-json-1.0' } });
};
const readRow = (http: Http) => {
  const identity = async () => ({ accessKeyId: 'test', secretAccessKey: 'test' });
  const client = new DynamoDBClient(awsClientSettings(http, identity, 'us-east-1'));
  const ledger = dynamodbLedger({ client, table: 'ledger', clock: outside.clock });
  return task(outside, z.unknown(), () => ledger.get({ partition: 'p', sort: 's' }));
};
const context = { getRemainingTimeInMillis: () => 60_000 };

it.each([
  [400, 'ThrottlingException', 'Throttled'],
  [400, 'ProvisionedThroughputExceededException', 'Throttled'],
  [500, 'InternalServerError', 'Unreachable'],
  [400, 'ResourceNotFoundException', 'ResourceNotFoundException'],
])('throws an answer %s %s of AWS as %s', async (status, type, name) => {
  await expect(readRow(answering(status, type, 'as DynamoDB says it'))({}, context)).rejects.toThrow(
    expect.objectContaining({ name, message: expect.stringContaining('as DynamoDB says it') }),
  );
});

it('says every mistake of an input at once', async () => {
  const step = task(outside, z.object({ wave: z.string(), plan: z.string() }), async () => 'done');
  await expect(step({ wave: 1 }, context)).rejects.toThrow(
    expect.objectContaining({
      name: 'InvalidInput',
      message: expect.stringMatching(/^step input: wave: .+; plan: .+/),
    }),
  );
});
