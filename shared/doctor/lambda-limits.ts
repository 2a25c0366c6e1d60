import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { awsClientSettings } from '../outside/aws-client-settings.ts';
import type { Outside } from '../outside/outside.ts';
import type { Limits } from './assess-limits.ts';

/** How many functions the account may run at once (Lambda GetAccountSettings). Reads only. */
export const readLimits = async (
  { http, identity, settings }: Pick<Outside, 'http' | 'identity' | 'settings'>,
  signal: AbortSignal,
): Promise<Limits> => {
  const client = new LambdaClient(awsClientSettings(http, identity, settings.region));
  const { AccountLimit } = await client.send(new GetAccountSettingsCommand({}), { abortSignal: signal });
  const { ConcurrentExecutions: all = 0, UnreservedConcurrentExecutions: unreserved = all } = AccountLimit ?? {};
  return { all, unreserved };
};
