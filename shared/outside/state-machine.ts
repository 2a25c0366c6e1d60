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

/** What Step Functions says of a state machine, without its definition. */
export interface MachineFacts {
  /** `ACTIVE` as a rule. */
  readonly status: string;
  /** By a key of this account, so that who reads executions needs a right to that. */
  readonly isEncrypted: boolean;
}

/** What Step Functions says of a state machine; `undefined` when there is none of that ARN. Reads only. */
export const machineFacts = async (
  stateMachineArn: string,
  { http, identity, settings }: Pick<Outside, 'http' | 'identity' | 'settings'>,
  signal: AbortSignal,
): Promise<MachineFacts | undefined> => {
  const { SFNClient, DescribeStateMachineCommand, StateMachineDoesNotExist } = await import('./sfn-client.ts');
  const client = new SFNClient(awsClientSettings(http, identity, settings.region));
  const command = new DescribeStateMachineCommand({ stateMachineArn, includedData: 'METADATA_ONLY' });
  try {
    const { status = 'ACTIVE', encryptionConfiguration } = await client.send(command, { abortSignal: signal });
    return { status, isEncrypted: encryptionConfiguration?.type === 'CUSTOMER_MANAGED_KMS_KEY' };
  } catch (error) {
    if (error instanceof StateMachineDoesNotExist) return undefined;
    throw error;
  }
};
