import { socketHttp } from '../../shared/outside/socket-http.ts';

/** A record of DynamoDB Streams as it is on the wire, which is the form that Lambda hands over. */
export interface StreamRecord {
  readonly eventName: string;
  readonly dynamodb: {
    readonly Keys: Readonly<Record<string, { readonly S: string }>>;
    readonly SequenceNumber: string;
    readonly StreamViewType: string;
    readonly NewImage?: unknown;
  };
}

/** Calls DynamoDB Streams of an emulator, on its wire: AWS JSON 1.0. The dates that a client makes of it Lambda does not make. */
const ask = async <Answer>(endpoint: string, action: string, input: object): Promise<Answer> => {
  const answer = await socketHttp()(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDBStreams_20120810.${action}`,
      authorization:
        'AWS4-HMAC-SHA256 Credential=test/20261129/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: JSON.stringify(input),
    allow: ['127.0.0.1/32'],
  });
  if (answer.status !== 200) throw new Error(`${action}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Answer;
};

/** All records of a stream that are there now, shard after shard. */
export const readStream = async (endpoint: string, StreamArn: string): Promise<readonly StreamRecord[]> => {
  type Described = { readonly StreamDescription: { readonly Shards: readonly { readonly ShardId: string }[] } };
  type Page = { readonly Records: readonly StreamRecord[]; readonly NextShardIterator?: string };
  const { StreamDescription } = await ask<Described>(endpoint, 'DescribeStream', { StreamArn });
  const records: StreamRecord[] = [];
  for (const { ShardId } of StreamDescription.Shards) {
    const begin = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' };
    const first = await ask<{ readonly ShardIterator: string }>(endpoint, 'GetShardIterator', begin);
    let iterator: string | undefined = first.ShardIterator;
    while (iterator !== undefined) {
      const page: Page = await ask<Page>(endpoint, 'GetRecords', { ShardIterator: iterator, Limit: 1_000 });
      records.push(...page.Records);
      // An open shard goes on for ever.
      iterator = page.Records.length === 0 ? undefined : page.NextShardIterator;
    }
  }
  return records;
};
