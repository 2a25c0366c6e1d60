import type { StoreTools } from '../../shared/analysis/stores/store-tools.ts';
import type { Outside } from '../../shared/outside/outside.ts';

/** How metric stores are asked that know us by our cloud identities. A cloud's client is loaded by the first store that needs it. */
export const storeTools = (outside: Outside): Omit<StoreTools, 'openTarget'> => ({
  googleToken: async (signal) => {
    const { googleAccess } = await import('../../shared/clouds/google-auth.ts');
    return (await googleAccess(outside, signal)).credential.token;
  },
  azureToken: async (scope, signal) => {
    const { entraToken } = await import('../../shared/clouds/entra.ts');
    return (await entraToken({}, scope, outside, signal)).token;
  },
  awsIdentity: async (account, signal) =>
    (await import('../../shared/clouds/sts.ts')).roleIdentity(account, outside, signal),
});
