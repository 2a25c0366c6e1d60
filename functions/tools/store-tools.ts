import type { StoreTools } from '../../shared/analysis/stores/store-tools.ts';
import { entraToken } from '../../shared/clouds/entra.ts';
import { googleAccess } from '../../shared/clouds/google-auth.ts';
import { openCluster } from '../../shared/clouds/open-cluster.ts';
import { resolveCluster } from '../../shared/clouds/resolve-cluster.ts';
import { roleIdentity } from '../../shared/clouds/sts.ts';
import type { Outside } from '../../shared/outside/outside.ts';

/** How metric stores are asked that know us by our cloud identities, and the pods of a target through its API server. */
export const storeTools = (outside: Outside): StoreTools => ({
  googleToken: async (signal) => (await googleAccess(outside, signal)).credential.token,
  azureToken: async (scope, signal) => (await entraToken({}, scope, outside, signal)).token,
  awsIdentity: (account, signal) => roleIdentity(account, outside, signal),
  openTarget: async ({ name, locator, allow }, signal) => {
    const endpoint = await resolveCluster(locator, outside, signal);
    return openCluster({ name, locator, endpoint, allow }, outside);
  },
});
