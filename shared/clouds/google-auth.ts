import { AwsClient, type AwsClientOptions } from 'google-auth-library';
import type { CloudsOutside } from './clouds-outside.ts';
import { ClusterUnresolved } from './cluster.ts';
import { controlApiFailure } from './control-api-failure.ts';
import type { Credential } from './credential.ts';
import { gaxiosOver } from './gaxios.ts';

const TOKEN_URL = 'https://sts.googleapis.com/v1/token';
const IMPERSONATION_URL = 'https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/';

/** The library gives its token exchange a transport of its own (11.3.4), which would pass by our egress client. */
class FederatedClient extends AwsClient {
  constructor(options: AwsClientOptions) {
    super(options);
    Object.assign(this.stsCredential, { transporter: this.transporter });
  }
}

/** A Google access token and the client that minted it, which authorises further requests with it. */
export interface GoogleAccess {
  readonly credential: Credential & { readonly token: string };
  readonly client: AwsClient;
}

/**
 * Exchanges our AWS identity for a Google access token (workload identity federation with an AWS provider; then the service account
 * that is `own`, or else the one that the federation names, where there is one). No key of Google's is involved. Lives for an hour.
 * @throws ClusterUnresolved when no federation is configured; AccessRefused, Throttled, ClusterUnreachable.
 */
export const googleAccess = async (
  outside: CloudsOutside,
  signal: AbortSignal,
  own?: string,
): Promise<GoogleAccess> => {
  const google = outside.settings.federation?.google;
  if (!google)
    throw new ClusterUnresolved('gke: settings hold no federation.google; expected its audience, as set at deployment');
  const { audience } = google;
  const serviceAccount = own ?? google.serviceAccount;
  const client = new FederatedClient({
    audience,
    subject_token_type: 'urn:ietf:params:aws:token-type:aws4_request',
    token_url: TOKEN_URL,
    transporter: gaxiosOver(outside.http, signal),
    ...(serviceAccount === undefined
      ? {}
      : {
          service_account_impersonation_url: `${IMPERSONATION_URL}${encodeURIComponent(serviceAccount)}:generateAccessToken`,
        }),
    aws_security_credentials_supplier: {
      getAwsRegion: async () => outside.settings.region,
      getAwsSecurityCredentials: async () => {
        const { accessKeyId, secretAccessKey, sessionToken } = await outside.identity();
        return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { token: sessionToken }) };
      },
    },
  });
  try {
    const { token } = await client.getAccessToken();
    const expiresAt = client.credentials.expiry_date;
    if (!token || !expiresAt) throw new Error('the answer holds no token with an end');
    return { client, credential: { token, expiresAt } };
  } catch (error) {
    throw controlApiFailure(`google token for ${audience}`, 'token', error);
  }
};
