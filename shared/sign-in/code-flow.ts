import type { Configuration, CustomFetch } from 'openid-client';
import type { Actor } from '../access/authorise.ts';
import { fetchOver } from '../outside/fetch-over.ts';
import type { Http } from '../outside/http.ts';
import type { Outside, SignInSettings } from '../outside/outside.ts';
import { randomHex } from '../outside/random.ts';
import { isMissing } from '../secrets/secrets.ts';
import { personOf } from './person-of.ts';

type FlowOutside = Pick<Outside, 'http' | 'random' | 'secrets'>;

/** What the browser keeps between the two halves of signing in, as it is in its cookie. */
interface Begun {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** Path to go on to. */
  readonly to: string;
}

/** Signing in did not come to an end. One sentence, in which nothing of the browser's or the issuer's is a secret. */
export class SignInRefused extends Error {
  override readonly name = 'SignInRefused';
}

export interface CodeFlow {
  /** Where the browser is to go, and what it is to keep until it is back. */
  begin(to: string): Promise<{ readonly location: string; readonly kept: string }>;
  /** Who is back, by the address that the issuer sent the browser to and what it has kept. Throws `SignInRefused`. */
  finish(url: URL, kept: string | undefined): Promise<{ readonly actor: Actor; readonly to: string }>;
}

/** The secret with which the console shows the issuer that it is itself, where that asks for one. */
const clientSecretName = 'console-client-secret';

const timeoutSeconds = 8;

/**
 * Signing in at an issuer of OpenID Connect: authorization code with PKCE, state and nonce (RFC 9700, section 2.1.1; OpenID Connect Core 1.0, section
 * 3.1), the ID token's signature checked. `redirect` is registered there. Keeps what the issuer says of itself for as long as it is kept itself.
 */
export const codeFlow = (
  { issuer, clientId }: SignInSettings,
  redirect: string,
  { http, random, secrets }: FlowOutside,
): CodeFlow => {
  let discovered: Promise<Configuration> | undefined;
  const discover = async (): Promise<Configuration> => {
    const client = await import('openid-client');
    return client.discovery(new URL(issuer), clientId, undefined, undefined, {
      ...{ [client.customFetch]: through(http), timeout: timeoutSeconds },
    });
  };
  const configuration = async (): Promise<Configuration> => {
    const client = await import('openid-client');
    discovered ??= discover();
    const known = await discovered.catch((error: unknown) => {
      discovered = undefined;
      throw error;
    });
    const metadata = known.serverMetadata();
    const secret = await secrets.get(clientSecretName).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    const takesPost = metadata.token_endpoint_auth_methods_supported?.includes('client_secret_post');
    const authenticate = takesPost ? client.ClientSecretPost : client.ClientSecretBasic;
    const shown = secret === undefined ? client.None() : authenticate(secret.reveal().trim());
    const made = new client.Configuration(metadata, clientId, undefined, shown);
    made[client.customFetch] = through(http);
    made.timeout = timeoutSeconds;
    client.enableNonRepudiationChecks(made);
    return made;
  };

  return {
    begin: async (to) => {
      const client = await import('openid-client');
      const config = await configuration();
      const begun: Begun = {
        ...{ state: randomHex(random, 16), nonce: randomHex(random, 16), verifier: randomHex(random, 32) },
        to,
      };
      const location = client.buildAuthorizationUrl(config, {
        redirect_uri: redirect,
        scope: scopeOf(config.serverMetadata().scopes_supported),
        code_challenge: await client.calculatePKCECodeChallenge(begun.verifier),
        code_challenge_method: 'S256',
        state: begun.state,
        nonce: begun.nonce,
      });
      return { location: location.href, kept: Buffer.from(JSON.stringify(begun)).toString('base64url') };
    },
    finish: async (url, kept) => {
      const begun = readBegun(kept);
      const client = await import('openid-client');
      const config = await configuration();
      const came = new URL(redirect);
      came.search = url.search;
      const { state: expectedState, nonce: expectedNonce, verifier: pkceCodeVerifier } = begun;
      const checks = { expectedState, expectedNonce, pkceCodeVerifier, idTokenExpected: true };
      const tokens = await client.authorizationCodeGrant(config, came, checks).catch((error: unknown) => {
        throw refused(error);
      });
      const claims = tokens.claims();
      if (claims === undefined) throw new SignInRefused('the issuer gave no ID token');
      // Of an access token's scopes an issuer may tell at its userinfo endpoint only (OpenID Connect Core 1.0, section 5.4).
      const lacks = claims.preferred_username === undefined || claims.groups === undefined;
      const asks = lacks && config.serverMetadata().userinfo_endpoint !== undefined;
      const told = asks ? await client.fetchUserInfo(config, tokens.access_token, claims.sub) : {};
      const actor = personOf({ ...told, ...claims });
      if (actor === undefined) {
        throw new SignInRefused(
          'the issuer does not say who you are: neither its ID token nor its userinfo has preferred_username, the account at the host of the config repository',
        );
      }
      return { actor, to: begun.to };
    },
  };
};

const through = (http: Http): CustomFetch => {
  const fetch = fetchOver(http);
  // What this flow sends is a form or nothing.
  return (url, { method, headers, signal, body }) =>
    fetch(url, { method, headers, body: body ? String(body) : null, ...(signal === undefined ? {} : { signal }) });
};

/** What names a person and their groups, where the issuer says that it knows such scopes: some refuse one that they do not. */
const scopeOf = (supported: readonly string[] | undefined): string =>
  ['openid', 'profile', 'groups'].filter((scope) => scope === 'openid' || supported?.includes(scope)).join(' ');

const readBegun = (kept: string | undefined): Begun => {
  try {
    const begun: unknown = JSON.parse(Buffer.from(kept ?? '', 'base64url').toString());
    const { state, nonce, verifier, to } = begun as Record<keyof Begun, unknown>;
    if ([state, nonce, verifier, to].every((each) => typeof each === 'string' && each !== '')) return begun as Begun;
  } catch {
    // Nothing that was begun here.
  }
  throw new SignInRefused('this browser has not begun to sign in, or more than ten minutes ago');
};

/** Codes of `openid-client` for what no issuer answers that is well: nothing in time, a 500, a page of what stands before it. */
const isIll = /^OAUTH_(TIMEOUT|ABORT|RESPONSE_IS_NOT_CONFORM|RESPONSE_IS_NOT_JSON|PARSE_ERROR)$/;

/** What the issuer or the check of its answer says, by its name: texts of others are not repeated. */
const refused = (error: unknown): unknown => {
  if (!(error instanceof Error)) return error;
  const told: unknown = Reflect.get(error, 'error');
  if (typeof told === 'string')
    return new SignInRefused(`the issuer refused: ${told.replaceAll(/[^\w.-]/g, '?').slice(0, 60)}`);
  const code: unknown = Reflect.get(error, 'code');
  if (typeof code === 'string' && code.startsWith('OAUTH_') && !isIll.test(code)) {
    return new SignInRefused(`the issuer's answer is not one to what this browser began (${code})`);
  }
  return error;
};
