import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import * as z from 'zod/mini';
import { fetchOver } from '../outside/fetch-over.ts';
import type { Http } from '../outside/http.ts';

/** An issuer that answers its discovery with something else than OpenID Connect has it. */
export class IssuerUnreadable extends Error {
  override readonly name = 'IssuerUnreadable';
  constructor(issuer: string, because: string) {
    super(`issuer ${issuer}: ${because}; see that consoleIssuer is what its discovery document calls itself`);
  }
}

const discovered = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https$/ }) });

/** How long keys are used without asking again, and how soon after that a key that nobody knows makes it ask again. */
const keptMs = 600_000;
const againMs = 30_000;
const timeoutMs = 5_000;

/**
 * The keys that an issuer signs with, by its discovery document (OpenID Connect Discovery 1.0, section 4); kept for ten minutes by whoever keeps this. A token
 * names one of them and no address: what it says of where keys are is never followed. Throws `IssuerUnreadable` and `Unreachable`.
 */
export const signingKeys = (http: Http, issuer: string): JWTVerifyGetKey => {
  let known: Promise<JWTVerifyGetKey> | undefined;
  return async (header, token) => {
    known ??= discover(http, issuer);
    // What could not be found out is asked for again by the next request.
    const keys = await known.catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return keys(header, token);
  };
};

const discover = async (http: Http, issuer: string): Promise<JWTVerifyGetKey> => {
  const { jwks_uri: keys } = await readIssuer(http, issuer);
  return createRemoteJWKSet(new URL(keys), {
    ...{ cacheMaxAge: keptMs, cooldownDuration: againMs, timeoutDuration: timeoutMs },
    [customFetch]: fetchOver(http),
  });
};

/** What an issuer says of itself, as far as it is needed. Throws `IssuerUnreadable` and `Unreachable`. */
export const readIssuer = async (
  http: Http,
  issuer: string,
  signal: AbortSignal = AbortSignal.timeout(timeoutMs),
): Promise<z.infer<typeof discovered>> => {
  const fetch = fetchOver(http);
  const document = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const answer = await fetch(document, { signal });
  if (answer.status !== 200) throw new IssuerUnreadable(issuer, `its discovery document answers ${answer.status}`);
  const { success, data } = discovered.safeParse(await answer.json().catch(() => undefined));
  if (!success) throw new IssuerUnreadable(issuer, 'its discovery document has no issuer, or no jwks_uri over https');
  if (data.issuer !== issuer) throw new IssuerUnreadable(issuer, `its discovery document is of ${data.issuer}`);
  return data;
};
