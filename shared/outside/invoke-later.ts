import { awsClientSettings } from './aws-client-settings.ts';
import type { Outside } from './outside.ts';

/**
 * Has Lambda run a function of this account, in this region or another, and does not wait for it (`InvocationType: Event`): what it does is
 * read from where it writes. Rejects where the call was not taken. Whether Lambda runs again what died is said where the function is deployed:
 * of those called here it does not (`maximumRetryAttempts: 0`).
 */
export const invokeLater = async (
  region: string,
  name: string,
  payload: unknown,
  { http, identity }: Pick<Outside, 'http' | 'identity'>,
  signal: AbortSignal,
): Promise<void> => {
  const { InvokeCommand, LambdaClient } = await import('./lambda-client.ts');
  const client = new LambdaClient(awsClientSettings(http, identity, region));
  const command = new InvokeCommand({
    FunctionName: name,
    InvocationType: 'Event',
    Payload: new TextEncoder().encode(JSON.stringify(payload)),
  });
  const { StatusCode } = await client.send(command, { abortSignal: signal });
  if (StatusCode !== 202) throw new Error(`function ${name} in ${region} answered ${StatusCode}, expected 202`);
};
