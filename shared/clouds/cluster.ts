import type { Locator } from '../rollout/target.ts';

/** Where a cluster's API server answers: what resolving yields. It goes into the plan, so there is no secret in it. */
export interface ClusterEndpoint {
  /** `https://host[:port]`, no slash at the end. */
  readonly server: string;
  /** PEM. Absent: the certificate is signed by a public authority (GKE's DNS endpoint). */
  readonly ca?: string;
  /** The name to check in the certificate, where it is not the host of `server`. */
  readonly serverName?: string;
}

/** A target as the plan carries it: enough to open it without asking its provider's control API again. */
export interface ResolvedTarget {
  readonly name: string;
  readonly locator: Locator;
  readonly endpoint: ClusterEndpoint;
  /** Private address ranges (CIDR) its API server may be in. */
  readonly allow?: readonly string[];
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
   * Sends one request; `path` starts with `/` and carries its query. Every HTTP status but 401 is a response, 403
   * too. After a 401 the same request is sent once more, with a fresh token.
   * @throws ClusterUnreachable when no response arrived.
   * @throws AccessRefused when the cluster, or the service that mints its tokens, does not know us.
   * @throws Throttled when the service that mints its tokens asks us to slow down.
   */
  request(path: string, init?: ClusterRequest): Promise<Response>;
  /**
   * Resolves when a request would be sent at once; absent where every one is. What must hold when a write leaves is asked after this,
   * not before the wait that a busy server asks for. Rejects with the signal's reason.
   */
  turn?(signal: AbortSignal): Promise<void>;
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
