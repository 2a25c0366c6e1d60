import type { StoreTools } from '../../shared/analysis/stores/store-tools.ts';
import { entraToken } from '../../shared/clouds/entra.ts';
import { googleAccess } from '../../shared/clouds/google-auth.ts';
import { roleIdentity } from '../../shared/clouds/sts.ts';
import type { Outside } from '../../shared/outside/outside.ts';

/** How metric stores are asked that know us by our cloud identities. */
export const storeTools = (outside: Outside): Omit<StoreTools, 'openTarget'> => ({
  googleToken: async (signal) => (await googleAccess(outside, signal)).credential.token,
  azureToken: async (scope, signal) => (await entraToken({}, scope, outside, signal)).token,
  awsIdentity: (account, signal) => roleIdentity(account, outside, signal),
});
