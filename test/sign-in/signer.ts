import { generateKeyPairSync } from 'node:crypto';
import { exportJWK, SignJWT } from 'jose';
import type { Route } from '../../local/network.ts';
import type { SignInSettings } from '../../shared/outside/outside.ts';

const host = 'issuer.example.com';
export const signerSettings: SignInSettings = { issuer: `https://${host}`, audience: 'tidegate', clientId: 'tidegate' };

/** An issuer as far as programs need one: its discovery document, its keys, and tokens of it. `asked` counts what it was asked for. */
export const openSigner = async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { issuer, audience } = signerSettings;
  const documents: Record<string, unknown> = {
    '/.well-known/openid-configuration': { issuer, jwks_uri: `${issuer}/keys` },
    '/keys': { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1' }] },
  };
  const asked: string[] = [];
  const route: Route = {
    host,
    handle: async ({ url }) => {
      const { pathname } = new URL(url);
      asked.push(pathname);
      const document = documents[pathname];
      return document === undefined ? new Response('', { status: 503 }) : Response.json(document);
    },
  };
  return {
    route,
    documents,
    asked,
    token: (claims: Readonly<Record<string, unknown>>, now = Date.now()): Promise<string> =>
      new SignJWT({ ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setExpirationTime(Math.floor(now / 1000) + 600)
        .sign(privateKey),
  };
};
