import { createHash } from 'node:crypto';
import type { Target } from '../../shared/rollout/target.ts';

/** The host of a target's API server, in the form its provider gives it. The same target always has the same. */
export const clusterHost = (target: Target): string => {
  const id = createHash('sha256').update(target.name).digest('hex').slice(0, 32);
  const { locator } = target;
  if ('eks' in locator) return `${id}.gr7.${locator.eks.region}.eks.amazonaws.com`;
  if ('gke' in locator) return `gke-${id}.${locator.gke.location}.gke.goog`;
  if ('aks' in locator) {
    return `${locator.aks.cluster}-${id.slice(0, 8)}.hcp.${target.labels.region ?? 'westeurope'}.azmk8s.io`;
  }
  return `${id}.kubeconfig.simulated`;
};
