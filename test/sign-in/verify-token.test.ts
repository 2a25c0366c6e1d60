import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createLocalJWKSet, exportJWK } from 'jose';
import { beforeAll, expect, it } from 'vitest';
import { verifyToken } from '../../shared/sign-in/verify-token.ts';

const issuer = 'https://login.example.com';
const signIn = { issuer, audience: 'tidegate', clientId: 'console' };
const now = Date.UTC(2026, 0, 2, 3, 4, 5);
const seconds = now / 1000;
const claims = { iss: issuer, aud: 'tidegate', exp: seconds + 300, preferred_username: 'ana', groups: ['on-call'] };

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const others = generateKeyPairSync('ec', { namedCurve: 'P-256' });
let keys: ReturnType<typeof createLocalJWKSet>;
beforeAll(async () => {
  keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1' }] });
});

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
/** A token by hand, so that any of it can be otherwise. */
const token = (payload: object = claims, header: object = {}, key: KeyObject = privateKey): string => {
  const signed = `${part({ alg: 'ES256', kid: 'k1', typ: 'JWT', ...header })}.${part(payload)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
};
const without = (name: keyof typeof claims): object =>
  Object.fromEntries(Object.entries(claims).filter(([each]) => each !== name));

it.each([
  ['as it should be', claims, {}, { name: 'ana', roles: ['on-call'] }],
  ['for the client and not the audience', { ...claims, aud: 'console' }, {}, { name: 'ana', roles: ['on-call'] }],
  ['for several', { ...claims, aud: ['other', 'tidegate'] }, {}, { name: 'ana', roles: ['on-call'] }],
  [
    'with a client in place of an audience',
    { ...without('aud'), client_id: 'console' },
    {},
    { name: 'ana', roles: ['on-call'] },
  ],
  ['that says it is an access token', claims, { typ: 'at+jwt' }, { name: 'ana', roles: ['on-call'] }],
  [
    'with groups as one text',
    { ...claims, groups: 'on-call, release-managers' },
    {},
    { name: 'ana', roles: ['on-call', 'release-managers'] },
  ],
  [
    'with groups that are no texts',
    { ...claims, groups: [1, null, 'on-call', ''] },
    {},
    { name: 'ana', roles: ['on-call'] },
  ],
  ['without groups', without('groups'), {}, { name: 'ana', roles: [] }],
  ['that was over half a minute ago', { ...claims, exp: seconds - 30 }, {}, { name: 'ana', roles: ['on-call'] }],
])('takes a token %s', async (_, payload, header, actor) => {
  expect(await verifyToken(token(payload, header), keys, signIn, now)).toEqual({
    ok: true,
    actor: { kind: 'person', ...actor },
  });
});

const unsigned = `${part({ alg: 'none', kid: 'k1' })}.${part(claims)}.`;
/** Signed with the public key as if it were a shared secret, which a library that lets the token choose would take. */
const withPublicKey = (): string => {
  const signed = `${part({ alg: 'HS256', kid: 'k1' })}.${part(claims)}`;
  const secret = publicKey.export({ type: 'spki', format: 'pem' });
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
};
const altered = (): string => {
  const [header, , signature] = token().split('.');
  return `${header}.${part({ ...claims, preferred_username: 'bo' })}.${signature}`;
};

it.each([
  [
    'of another issuer',
    token({ ...claims, iss: 'https://evil.example.com' }),
    'it is not of the issuer of this console',
  ],
  [
    'of an issuer that begins alike',
    token({ ...claims, iss: `${issuer}/` }),
    'it is not of the issuer of this console',
  ],
  ['of no issuer', token(without('iss')), 'it is not of the issuer of this console'],
  ['for somebody else', token({ ...claims, aud: 'other' }), 'it is not for this console'],
  ['for nobody', token(without('aud')), 'it is not for this console'],
  [
    'for a client that is beside an audience',
    token({ ...claims, aud: 'other', client_id: 'console' }),
    'it is not for this console',
  ],
  ['that is over', token({ ...claims, exp: seconds - 61 }), 'its time is over'],
  ['that is never over', token(without('exp')), 'its claim exp is missing or malformed'],
  ['whose end is no number', token({ ...claims, exp: 'never' }), 'its claim exp is missing or malformed'],
  ['that is to come', token({ ...claims, nbf: seconds + 90 }), 'its time has not come'],
  ['to log out with', token(claims, { typ: 'logout+jwt' }), 'it is a token for something else'],
  ['that names nobody', token(without('preferred_username')), 'it names nobody: it has no preferred_username'],
  [
    'with a name that is no text',
    token({ ...claims, preferred_username: ['ana'] }),
    'it names nobody: it has no preferred_username',
  ],
  ['without a signature', unsigned, 'the issuer has not signed it'],
  ['signed with the public key', withPublicKey(), 'the issuer has not signed it'],
  ['signed by somebody else', token(claims, {}, others.privateKey), 'the issuer has not signed it'],
  ['by a key that the issuer does not have', token(claims, { kid: 'k2' }), 'the issuer has not signed it'],
  [
    'that brings its own key',
    token(claims, { kid: 'own', jwk: others.publicKey.export({ format: 'jwk' }) }, others.privateKey),
    'the issuer has not signed it',
  ],
  [
    'that says where its key is',
    token(claims, { kid: 'own', jku: 'https://evil.example.com/keys' }, others.privateKey),
    'the issuer has not signed it',
  ],
  ['with another person in it', altered(), 'the issuer has not signed it'],
  ['that asks for what nobody knows', token(claims, { crit: ['x'], x: 1 }), 'it is no signed token'],
  ['of two parts', token().split('.').slice(0, 2).join('.'), 'it is no signed token'],
  ['of any text', 'hello', 'it is no signed token'],
  ['of nothing', '', 'it is no signed token'],
  ['encrypted and not signed', `${part({ alg: 'dir', enc: 'A256GCM' })}.a.b.c.d`, 'it is no signed token'],
])('refuses a token %s', async (_, text, because) => {
  expect(await verifyToken(text, keys, signIn, now)).toEqual({ ok: false, because });
});
