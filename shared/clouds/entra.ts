import { ClientAssertionCredential } from '@azure/identity';
import type { AksLocator } from '../rollout/target.ts';
import { entraAssertion } from './assertion.ts';
import { azureClientSettings } from './azure-http-client.ts';
import type { CloudsOutside } from './clouds-outside.ts';
import { ClusterUnresolved } from './cluster.ts';
import { controlApiFailure } from './control-api-failure.ts';
import type { Credential } from './credential.ts';

/** The application every AKS cluster with Entra takes tokens for, the same in all tenants (learn.microsoft.com, kubelogin). */
export const AKS_SCOPE = '6dae42f8-4368-4678-94ff-3960e28e3630/.default';
export const ARM_SCOPE = 'https://management.azure.com/.default';

/**
 * An Entra access token for `scope`, for an assertion of who we are in place of a secret (federated credential). Lives for
 * about an hour.
 * @throws ClusterUnresolved when neither the locator nor the settings name tenant and client; AccessRefused, Throttled, ClusterUnreachable.
 */
export const entraToken = async (
  { tenant: named, client: application, cluster }: Partial<AksLocator>,
  scope: string,
  outside: CloudsOutside,
  signal: AbortSignal,
): Promise<Credential & { readonly token: string }> => {
  const tenant = named ?? outside.settings.federation?.azure?.tenant;
  const client = application ?? outside.settings.federation?.azure?.client;
  if (!tenant || !client) {
    throw new ClusterUnresolved(
      `${cluster === undefined ? 'azure' : `aks ${cluster}`}: no Entra tenant and client; expected them in its locator or in settings.federation.azure`,
    );
  }
  const subject = `entra token of ${client} in ${tenant}`;
  // The library asks for the assertion more than once a token; one is enough.
  const assertion = await entraAssertion(subject, outside, signal);
  try {
    const settings = azureClientSettings(outside.http, signal);
    const credential = new ClientAssertionCredential(tenant, client, async () => assertion, settings);
    const { token, expiresOnTimestamp } = await credential.getToken(scope, { abortSignal: signal });
    return { token, expiresAt: expiresOnTimestamp };
  } catch (error) {
    throw controlApiFailure(subject, 'token', error);
  }
};
