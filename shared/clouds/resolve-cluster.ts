import type { Locator } from '../rollout/target.ts';
import { resolveAks } from './aks.ts';
import type { CloudsOutside } from './clouds-outside.ts';
import type { ClusterEndpoint } from './cluster.ts';
import { resolveEks } from './eks.ts';
import { resolveGke } from './gke.ts';
import { resolveKubeconfig } from './kubeconfig.ts';

/**
 * Asks a target's provider where its API server answers. Once per plan: what it yields goes into the plan. Reads only, so running it
 * twice is safe.
 * @throws ClusterUnresolved when there is no such cluster or it does not serve; AccessRefused; Throttled; ClusterUnreachable.
 */
export const resolveCluster = async (
  locator: Locator,
  outside: CloudsOutside,
  signal: AbortSignal,
): Promise<ClusterEndpoint> => {
  if ('eks' in locator) return resolveEks(locator.eks, outside, signal);
  if ('gke' in locator) return resolveGke(locator.gke, outside, signal);
  if ('aks' in locator) return resolveAks(locator.aks, outside, signal);
  return resolveKubeconfig(locator.kubeconfig, outside);
};
