import {
  GetAccountSettingsCommand,
  GetFunctionConcurrencyCommand,
  LambdaClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import { awsClientSettings } from '../outside/aws-client-settings.ts';
import type { Outside } from '../outside/outside.ts';
import { type Limits, setAside } from './assess-limits.ts';

/**
 * How many functions the account may run at once (Lambda GetAccountSettings), and how many of those are set aside for the functions of the stack
 * `stack` (GetFunctionConcurrency), whose names begin with its own. Reads only.
 */
export const readLimits = async (
  stack: string,
  { http, identity, settings }: Pick<Outside, 'http' | 'identity' | 'settings'>,
  signal: AbortSignal,
): Promise<Limits> => {
  const client = new LambdaClient(awsClientSettings(http, identity, settings.region));
  const options = { abortSignal: signal };
  const ownOf = async (name: string): Promise<number> => {
    const command = new GetFunctionConcurrencyCommand({ FunctionName: `${stack}-${name}` });
    const { ReservedConcurrentExecutions: own = 0 } = await client.send(command, options).catch(noneIfMissing);
    return own;
  };
  const [{ AccountLimit }, ...own] = await Promise.all([
    client.send(new GetAccountSettingsCommand({}), options),
    ...Object.keys(setAside).map(ownOf),
  ]);
  const { ConcurrentExecutions: all = 0, UnreservedConcurrentExecutions: unreserved = all } = AccountLimit ?? {};
  return { all, own: own.reduce((sum, count) => sum + count, 0), unreserved };
};

/** No function of that name, which a deployment of an older version lacks: then it has nothing for itself. */
const noneIfMissing = (error: unknown): { readonly ReservedConcurrentExecutions?: number } => {
  if (error instanceof ResourceNotFoundException) return {};
  throw error;
};
