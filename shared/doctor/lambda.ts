import { GetAccountSettingsCommand, LambdaClient, paginateListEventSourceMappings } from '@aws-sdk/client-lambda';
import { awsClientSettings } from '../outside/aws-client-settings.ts';
import type { Outside } from '../outside/outside.ts';
import type { Limits } from './assess-limits.ts';
import type { StreamState } from './assess-stream.ts';

type LambdaOutside = Pick<Outside, 'http' | 'identity' | 'settings'>;

const clientOf = ({ http, identity, settings }: LambdaOutside) =>
  new LambdaClient(awsClientSettings(http, identity, settings.region));

/** How many functions the account may run at once (Lambda GetAccountSettings). Reads only. */
export const readLimits = async (outside: LambdaOutside, signal: AbortSignal): Promise<Limits> => {
  const { AccountLimit } = await clientOf(outside).send(new GetAccountSettingsCommand({}), { abortSignal: signal });
  const { ConcurrentExecutions: all = 0, UnreservedConcurrentExecutions: unreserved = all } = AccountLimit ?? {};
  return { all, unreserved };
};

/** What Lambda says of the streams of DynamoDB that call a function, by its ARN (ListEventSourceMappings). Reads only. */
export const readStreams = async (
  functionArn: string,
  outside: LambdaOutside,
  signal: AbortSignal,
): Promise<readonly StreamState[]> => {
  const found: StreamState[] = [];
  const pages = paginateListEventSourceMappings(
    { client: clientOf(outside) },
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
