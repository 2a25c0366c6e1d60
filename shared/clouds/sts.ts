import { AssumeRoleCommand, GetWebIdentityTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { awsClientSettings } from '../outside/aws-client-settings.ts';
import type { AwsIdentity } from '../outside/aws-identity.ts';
import type { EksLocator } from '../rollout/target.ts';
import type { CloudsOutside } from './clouds-outside.ts';
import { controlApiFailure } from './control-api-failure.ts';

/** Name of our sessions in the audit trail of the accounts whose roles we assume. */
const SESSION = 'tidegate';
/** What Entra asks for in an assertion of a federated credential. */
const ENTRA_AUDIENCE = 'api://AzureADTokenExchange';

/**
 * The identity a cluster on EKS is asked with: our own, or that of the role its locator names, assumed now for an hour (with the
 * external id its owner asks for).
 * @throws AccessRefused, Throttled, ClusterUnreachable.
 */
export const identityFor = async (
  eks: EksLocator,
  outside: CloudsOutside,
  signal: AbortSignal,
): Promise<AwsIdentity> => {
  if (eks.role === undefined) return outside.identity;
  const sts = new STSClient(awsClientSettings(outside.http, outside.identity, eks.region));
  try {
    const { Credentials: assumed } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: eks.role,
        RoleSessionName: SESSION,
        ...(eks.externalId === undefined ? {} : { ExternalId: eks.externalId }),
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
    throw controlApiFailure(`role ${eks.role}`, 'token', error);
  }
};

/**
 * A JWT that says who we are in AWS, for Entra to trust: five minutes long, signed by the issuer of our account
 * (STS GetWebIdentityToken, which only regional endpoints have).
 */
export const webIdentityToken = async (outside: CloudsOutside, signal: AbortSignal): Promise<string> => {
  const sts = new STSClient(awsClientSettings(outside.http, outside.identity, outside.settings.region));
  const { WebIdentityToken } = await sts.send(
    new GetWebIdentityTokenCommand({ Audience: [ENTRA_AUDIENCE], SigningAlgorithm: 'RS256', DurationSeconds: 300 }),
    { abortSignal: signal },
  );
  if (!WebIdentityToken) throw new Error('STS GetWebIdentityToken: the answer holds no token');
  return WebIdentityToken;
};
