import type { AdmissionPolicy } from './fence.ts';
import type { ApprovalSpec } from './wave.ts';

/** How a cluster is found. Exactly one of the four; no secret in any of them. */
export type Locator =
  | { readonly eks: EksLocator }
  | { readonly gke: GkeLocator }
  | { readonly aks: AksLocator }
  | { readonly kubeconfig: KubeconfigLocator };

export interface EksLocator {
  readonly account: string;
  readonly region: string;
  readonly cluster: string;
  /** Role to assume for this cluster, and the external id it asks for. */
  readonly role?: string;
  readonly externalId?: string;
}
export interface GkeLocator {
  readonly project: string;
  readonly location: string;
  readonly cluster: string;
  /** The service account to act as there, in place of the fleet's. */
  readonly serviceAccount?: string;
  /**
   * `projects/NUMBER/locations/LOCATION/memberships/NAME`, its membership in a fleet of Google's: it is reached by the Connect gateway, and
   * nothing of it has to be reachable from here.
   */
  readonly membership?: string;
}
export interface AksLocator {
  readonly subscription: string;
  readonly resourceGroup: string;
  readonly cluster: string;
  /** Entra tenant and application that the workload identity is federated to. */
  readonly tenant?: string;
  readonly client?: string;
}
export interface KubeconfigLocator {
  readonly path: string;
  readonly context?: string;
}

export type Provider = 'eks' | 'gke' | 'aks' | 'kubeconfig';

/** What makes a target a customer's own. */
export interface PrivateInstance {
  /** Who sees it: holders of any of these, and nobody else. */
  readonly roles: readonly string[];
  /** Who has to agree before anything is written to it, beside whoever approves the wave. */
  readonly approval?: ApprovalSpec;
  /** How long it may stay without what the fleet has; then it is a debt. Absent: for ever. */
  readonly maxLagMs?: number;
  /** Name of the secret that holds the address its people are told at, in place of everybody's. */
  readonly notifySecret?: string;
}

/**
 * Targets as they are probed from another region than the home one: with public addresses only. A private address of one network is another
 * machine in another, or none, so that nothing would be learnt of the target. Pure.
 */
export const seenFromElsewhere = (targets: readonly Target[]): readonly Target[] =>
  targets.map((target) => ({ ...target, allow: [] }));

/** One Kubernetes cluster, and the namespaces in it, that services are deployed to. */
export interface Target {
  readonly name: string;
  readonly locator: Locator;
  readonly labels: Readonly<Record<string, string>>;
  /** Where objects go that name no namespace, and where the inventories live. */
  readonly namespace: string;
  /** Private address ranges (CIDR) that probes and metrics of this target may connect to. */
  readonly allow: readonly string[];
  /** `install` where nothing is said. */
  readonly admissionPolicy?: AdmissionPolicy;
  /** In place of the fleet's: objects of all services that a release may delete here without an approval by name. */
  readonly maxDeletes?: number;
  /** Name of the window within which a deployment to it may begin. Absent: at any time. */
  readonly window?: string;
  /** Pods that may restart within any 60 s because of what is written to it, on the way forward and back. Absent: 40. */
  readonly restartsPerMinute?: number;
  /** Present: it is a customer's own. Nothing that holds it holds its wave. */
  readonly private?: PrivateInstance;
}

/** What manifests may know of the target they are rendered for: `std.extVar('target')`. */
export interface TargetFacts {
  readonly name: string;
  readonly provider: Provider;
  /** Account, project or subscription; empty for a kubeconfig. */
  readonly account: string;
  readonly region: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** The facts of a target, read off its locator. A kubeconfig's cluster is its context, its region empty. */
export const factsOf = (target: Target): TargetFacts => {
  const { name, namespace, labels, locator } = target;
  const common = { name, namespace, labels };
  if ('eks' in locator) {
    const { account, region, cluster } = locator.eks;
    return { ...common, provider: 'eks', account, region, cluster };
  }
  if ('gke' in locator) {
    const { project, location, cluster } = locator.gke;
    return { ...common, provider: 'gke', account: project, region: location, cluster };
  }
  if ('aks' in locator) {
    const { subscription, cluster } = locator.aks;
    return { ...common, provider: 'aks', account: subscription, region: labels.region ?? '', cluster };
  }
  return { ...common, provider: 'kubeconfig', account: '', region: '', cluster: locator.kubeconfig.context ?? '' };
};
