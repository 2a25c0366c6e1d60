/** What the tests use of `oidc-provider`, which has no types of its own. */
declare module 'oidc-provider' {
  import type { RequestListener } from 'node:http';

  export interface Configuration {
    readonly clients: readonly Readonly<Record<string, unknown>>[];
    readonly claims: Readonly<Record<string, readonly string[]>>;
    readonly conformIdTokenClaims: boolean;
    readonly ttl: Readonly<Record<string, number>>;
    readonly pkce: { required(): boolean };
    readonly cookies: { readonly keys: readonly string[] };
    findAccount(
      context: unknown,
      accountId: string,
    ): { readonly accountId: string; claims(): Promise<Readonly<Record<string, unknown>>> };
  }
  export default class Provider {
    constructor(issuer: string, configuration: Configuration);
    proxy: boolean;
    callback(): RequestListener;
  }
}
