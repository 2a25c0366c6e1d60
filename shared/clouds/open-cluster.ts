import type { Locator } from '../rollout/target.ts';
import type { CloudsOutside } from './clouds-outside.ts';
import type { Cluster, ResolvedTarget } from './cluster.ts';
import { clusterAt } from './cluster-at.ts';
import type { Mint } from './credential.ts';
import { eksToken } from './eks-token.ts';
import { AKS_SCOPE, entraToken } from './entra.ts';
import { googleAccess } from './google-auth.ts';
import { kubeconfigCredential } from './kubeconfig.ts';

const mintFor = (locator: Locator, outside: CloudsOutside): Mint => {
  if ('eks' in locator) return (signal) => eksToken(locator.eks, outside, signal);
  if ('gke' in locator) return async (signal) => (await googleAccess(outside, signal)).credential;
  if ('aks' in locator) return (signal) => entraToken(locator.aks, AKS_SCOPE, outside, signal);
  return () => kubeconfigCredential(locator.kubeconfig, outside);
};

/** Opens a target as `clusterAt` does, with what its provider takes for a credential. Nothing is sent until the first request. */
export const openCluster = (target: ResolvedTarget, outside: CloudsOutside): Cluster =>
  clusterAt(target, mintFor(target.locator, outside), outside);
