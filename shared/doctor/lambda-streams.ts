import { LambdaClient, paginateListEventSourceMappings } from '@aws-sdk/client-lambda';
import { awsClientSettings } from '../outside/aws-client-settings.ts';
import type { Outside } from '../outside/outside.ts';
import type { StreamState } from './assess-stream.ts';

/** What Lambda says of the streams of DynamoDB that call a function, by its ARN (ListEventSourceMappings). Reads only. */
export const readStreams = async (
  functionArn: string,
  { http, identity, settings }: Pick<Outside, 'http' | 'identity' | 'settings'>,
  signal: AbortSignal,
): Promise<readonly StreamState[]> => {
  const found: StreamState[] = [];
  const client = new LambdaClient(awsClientSettings(http, identity, settings.region));
  const pages = paginateListEventSourceMappings(
    { client },
    { FunctionName: functionArn.split(':').at(-1) },
    { abortSignal: signal },
  );
  for await (const { EventSourceMappings = [] } of pages) {
    for (const {
      EventSourceArn = '',
      FunctionArn,
      State = 'unknown',
      LastProcessingResult,
      UUID = '',
    } of EventSourceMappings) {
      if (FunctionArn !== functionArn || !EventSourceArn.includes(':dynamodb:')) continue;
      found.push({ id: UUID, state: State, ...(LastProcessingResult ? { result: LastProcessingResult } : {}) });
    }
  }
  return found;
};
