import type { AwsIdentity } from '../../outside/aws-identity.ts';
import type { Target } from '../../rollout/target.ts';

/** What asking some stores needs of other capabilities, which is handed in. Each rejects with what to say of it. */
export interface StoreTools {
  /** A Google access token of our federated identity. */
  googleToken(signal: AbortSignal): Promise<string>;
  /** An Entra access token of our federated identity. */
  azureToken(scope: string, signal: AbortSignal): Promise<string>;
  /** Our own AWS identity, or that of a role it assumes. */
  awsIdentity(account: AwsAccount, signal: AbortSignal): Promise<AwsIdentity>;
  /** Asks the API server of a target. */
  openTarget(target: Target, signal: AbortSignal): Promise<ApiServer>;
}

export interface AwsAccount {
  readonly region: string;
  readonly role?: string;
  readonly externalId?: string;
}

/** As much of an open cluster as reading pods takes. */
export interface ApiServer {
  request(
    path: string,
    init: { readonly headers: Readonly<Record<string, string>>; readonly signal: AbortSignal },
  ): Promise<Response>;
}
