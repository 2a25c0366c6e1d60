import type { Locator } from '../rollout/target.ts';
import type { CloudsOutside } from './clouds-outside.ts';
import type { ClusterEndpoint } from './cluster.ts';
import { gatewayEndpoint } from './connect-gateway.ts';

/**
 * Asks a target's provider where its API server answers. Once per plan: what it yields goes into the plan. Reads only, so running it
 * twice is safe. A provider's client is loaded when the first of its clusters is asked for.
 * @throws ClusterUnresolved when there is no such cluster or it does not serve; AccessRefused; Throttled; ClusterUnreachable.
 */
export const resolveCluster = async (
  locator: Locator,
  outside: CloudsOutside,
  signal: AbortSignal,
): Promise<ClusterEndpoint> => {
  if ('eks' in locator) return (await import('./eks.ts')).resolveEks(locator.eks, outside, signal);
  if ('gke' in locator && locator.gke.membership !== undefined) return gatewayEndpoint(locator.gke.membership);
  if ('gke' in locator) return (await import('./gke.ts')).resolveGke(locator.gke, outside, signal);
  if ('aks' in locator) return (await import('./aks.ts')).resolveAks(locator.aks, outside, signal);
  return (await import('./kubeconfig.ts')).resolveKubeconfig(locator.kubeconfig, outside);
};
