/** Where a cluster's API server answers: what resolving yields. It goes into the plan, so there is no secret in it. */
export interface ClusterEndpoint {
  /** `https://host[:port]`, no slash at the end. */
  readonly server: string;
  /** PEM. Absent: the certificate is signed by a public authority (GKE's DNS endpoint). */
  readonly ca?: string;
  /** The name to check in the certificate, where it is not the host of `server`. */
  readonly serverName?: string;
}

/** A cluster on EKS. `role` is assumed (with `externalId`, where the owner asks for one) before anything is called. */
export interface EksLocator {
  readonly eks: {
    readonly account: string;
    readonly region: string;
    readonly cluster: string;
    readonly role?: string;
    readonly externalId?: string;
  };
}

/** A cluster on GKE. */
export interface GkeLocator {
  readonly gke: { readonly project: string; readonly location: string; readonly cluster: string };
}

/** A cluster on AKS. `tenant` and `client` are the Entra application that trusts us, where it is not the fleet's own. */
export interface AksLocator {
  readonly aks: {
    readonly subscription: string;
    readonly resourceGroup: string;
    readonly cluster: string;
    readonly tenant?: string;
    readonly client?: string;
  };
}

/** Any cluster, by one context of a kubeconfig file. */
export interface KubeconfigLocator {
  readonly kubeconfig: { readonly path: string; readonly context?: string };
}

/** Where the config says a target is: exactly one provider. */
export type Locator = EksLocator | GkeLocator | AksLocator | KubeconfigLocator;

/** A target as the plan carries it: enough to open it without asking its provider's control API again. */
export interface ResolvedTarget {
  readonly name: string;
  readonly locator: Locator;
  readonly endpoint: ClusterEndpoint;
}

export interface ClusterRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ends the request and the reading of its body. */
  readonly signal?: AbortSignal;
}

/** One open cluster: requests to its API server, authorised and over TLS. */
export interface Cluster {
  readonly target: string;
  /**
   * Sends one request; `path` starts with `/` and carries its query. Every HTTP status but 401 is a response, 403 too. A 401 is
   * answered once with a fresh token and the same request.
   * @throws ClusterUnreachable when no response arrived.
   * @throws AccessRefused when the cluster, or the service that mints its tokens, does not know us.
   */
  request(path: string, init?: ClusterRequest): Promise<Response>;
}

/** No response from a cluster or from its provider's control API: nothing is known about what was asked. */
export class ClusterUnreachable extends Error {
  override readonly name = 'ClusterUnreachable';
}

/** A cluster, or its provider, refuses the identity we come with. The same attempt again ends the same way. */
export class AccessRefused extends Error {
  override readonly name = 'AccessRefused';
}

/** A target can not be resolved as configured: it does not exist, is not running, or its kubeconfig is not one we use. */
export class ClusterUnresolved extends Error {
  override readonly name = 'ClusterUnresolved';
}
