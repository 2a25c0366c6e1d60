import type { Locator } from '../rollout/target.ts';
import type { CloudsOutside } from './clouds-outside.ts';
import type { Cluster, ResolvedTarget } from './cluster.ts';
import { clusterAt } from './cluster-at.ts';
import type { Mint } from './credential.ts';

/**
 * Makes what authorises us at a target's cluster. Each provider's client is loaded by the first token that is asked of it: a function that
 * opens one cluster starts without the others.
 */
export const mintFor = (locator: Locator, outside: CloudsOutside): Mint => {
  if ('eks' in locator)
    return async (signal) => (await import('./eks-token.ts')).eksToken(locator.eks, outside, signal);
  if ('gke' in locator) {
    return async (signal) => {
      const { googleAccess } = await import('./google-auth.ts');
      return (await googleAccess(outside, signal, locator.gke.serviceAccount)).credential;
    };
  }
  if ('aks' in locator) {
    return async (signal) => {
      const { AKS_SCOPE, entraToken } = await import('./entra.ts');
      return entraToken(locator.aks, AKS_SCOPE, outside, signal);
    };
  }
  return async () => (await import('./kubeconfig.ts')).kubeconfigCredential(locator.kubeconfig, outside);
};

/** Opens a target as `clusterAt` does, with what its provider takes for a credential. Nothing is sent until the first request. */
export const openCluster = (target: ResolvedTarget, outside: CloudsOutside): Cluster =>
  clusterAt(target, mintFor(target.locator, outside), outside);
