import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  GetWebIdentityTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { awsClientSettings } from '../outside/aws-client-settings.ts';
import type { AwsIdentity } from '../outside/aws-identity.ts';
import type { CloudsOutside } from './clouds-outside.ts';
import { controlApiFailure } from './control-api-failure.ts';

/** Name of our sessions in the audit trail of the accounts whose roles we assume. */
const SESSION = 'tidegate';
/** What Entra asks for in an assertion of a federated credential. */
export const ENTRA_AUDIENCE = 'api://AzureADTokenExchange';

/** Who we are to be in an account of AWS: ourselves, or a role in it, which may ask for an external id. */
interface AwsRole {
  readonly region: string;
  readonly role?: string;
  readonly externalId?: string;
}

/**
 * The identity something in AWS is asked with, as a cluster on EKS or its metrics: our own, or that of a role, assumed now for an hour
 * (with the external id its owner asks for).
 * @throws AccessRefused, Throttled, ClusterUnreachable.
 */
export const roleIdentity = async (
  { region, role, externalId }: AwsRole,
  outside: Pick<CloudsOutside, 'http' | 'identity'>,
  signal: AbortSignal,
): Promise<AwsIdentity> => {
  if (role === undefined) return outside.identity;
  const sts = new STSClient(awsClientSettings(outside.http, outside.identity, region));
  try {
    const { Credentials: assumed } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: role,
        RoleSessionName: SESSION,
        ...(externalId === undefined ? {} : { ExternalId: externalId }),
      }),
      { abortSignal: signal },
    );
    if (!assumed?.AccessKeyId || !assumed.SecretAccessKey) throw new Error('the answer holds no credentials');
    const credentials = {
      accessKeyId: assumed.AccessKeyId,
      secretAccessKey: assumed.SecretAccessKey,
      ...(assumed.SessionToken === undefined ? {} : { sessionToken: assumed.SessionToken }),
      ...(assumed.Expiration === undefined ? {} : { expiration: assumed.Expiration }),
    };
    return async () => credentials;
  } catch (error) {
    throw controlApiFailure(`role ${role}`, 'token', error);
  }
};

/**
 * A JWT that says who we are in AWS, for Entra to trust: five minutes long, signed by the issuer of our account
 * (STS GetWebIdentityToken, which only regional endpoints have).
 */
export const webIdentityToken = async (
  outside: Pick<CloudsOutside, 'http' | 'identity' | 'settings'>,
  signal: AbortSignal,
): Promise<string> => {
  const sts = new STSClient(awsClientSettings(outside.http, outside.identity, outside.settings.region));
  const { WebIdentityToken } = await sts.send(
    new GetWebIdentityTokenCommand({ Audience: [ENTRA_AUDIENCE], SigningAlgorithm: 'RS256', DurationSeconds: 300 }),
    { abortSignal: signal },
  );
  if (!WebIdentityToken) throw new Error('STS GetWebIdentityToken: the answer holds no token');
  return WebIdentityToken;
};

/**
 * Who we are to AWS, as its STS says (GetCallerIdentity, which takes no right).
 * @throws AccessRefused, Throttled, ClusterUnreachable.
 */
export const callerIdentity = async (
  { http, identity, settings }: Pick<CloudsOutside, 'http' | 'identity' | 'settings'>,
  signal: AbortSignal,
): Promise<{ readonly arn: string; readonly account: string }> => {
  const sts = new STSClient(awsClientSettings(http, identity, settings.region));
  try {
    const { Arn: arn, Account: account } = await sts.send(new GetCallerIdentityCommand({}), { abortSignal: signal });
    if (!arn || !account) throw new Error('the answer names nobody');
    return { arn, account };
  } catch (error) {
    throw controlApiFailure('our AWS identity', 'token', error);
  }
};
