import { awsClientSettings } from './aws-client-settings.ts';
import type { Outside } from './outside.ts';

/** The alias that rollouts are started by (`resources/versions.yml`): one that runs stays on the version that it led to then. */
const live = 'live';

/** What starts an execution of a machine, by the machine's ARN. */
export const liveAlias = (stateMachineArn: string): string => `${stateMachineArn}:${live}`;

/** ARNs of the versions that the alias `live` of a machine leads to; `undefined` when it has none. Reads only. */
export const liveVersions = async (
  stateMachineArn: string,
  { http, identity, settings }: Pick<Outside, 'http' | 'identity' | 'settings'>,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> => {
  const { SFNClient, DescribeStateMachineAliasCommand, ResourceNotFound } = await import('./sfn-client.ts');
  const client = new SFNClient(awsClientSettings(http, identity, settings.region));
  const command = new DescribeStateMachineAliasCommand({ stateMachineAliasArn: liveAlias(stateMachineArn) });
  try {
    const { routingConfiguration = [] } = await client.send(command, { abortSignal: signal });
    return routingConfiguration.map(({ stateMachineVersionArn = '' }) => stateMachineVersionArn);
  } catch (error) {
    if (error instanceof ResourceNotFound) return undefined;
    throw error;
  }
};

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
