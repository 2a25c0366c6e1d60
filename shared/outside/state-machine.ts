import { awsClientSettings } from './aws-client-settings.ts';
import type { Outside } from './outside.ts';

/** What Step Functions says of a state machine, `ACTIVE` as a rule; `undefined` when there is none of that ARN. Reads only. */
export const machineStatus = async (
  stateMachineArn: string,
  { http, identity, settings }: Pick<Outside, 'http' | 'identity' | 'settings'>,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const { SFNClient, DescribeStateMachineCommand, StateMachineDoesNotExist } = await import('./sfn-client.ts');
  const client = new SFNClient(awsClientSettings(http, identity, settings.region));
  try {
    const answer = await client.send(new DescribeStateMachineCommand({ stateMachineArn }), { abortSignal: signal });
    return answer.status ?? 'ACTIVE';
  } catch (error) {
    if (error instanceof StateMachineDoesNotExist) return undefined;
    throw error;
  }
};
