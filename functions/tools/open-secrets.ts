import { SSMClient } from '@aws-sdk/client-ssm';
import type { AwsClientSettings } from '../../shared/outside/aws-client-settings.ts';
import type { Secrets } from '../../shared/secrets/secrets.ts';
import { ssmSecrets } from '../../shared/secrets/ssm.ts';

/** The deployed secrets. A module of its own, so that its client is loaded when the first secret is asked for. */
export const openSecrets = (settings: AwsClientSettings, path: string): Secrets =>
  ssmSecrets({ client: new SSMClient(settings), path });
