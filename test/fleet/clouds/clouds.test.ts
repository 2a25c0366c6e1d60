import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { describe, expect, it } from 'vitest';
import { SIMULATED_CA, type SimulatedCluster } from '../../../local/fleet/clouds/api.ts';
import { sessionCredentials } from '../../../local/fleet/clouds/aws-caller.ts';
import { createClouds } from '../../../local/fleet/clouds/clouds.ts';
import { type Claims, type Kind, seal } from '../../../local/fleet/clouds/sealed.ts';
import { awsIssuer, issueWebIdentity, type WebIdentity } from '../../../local/fleet/clouds/web-identity.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const MINUTE = 60_000;
const clockAt = (now: number) => ({
  now: () => now,
  sleep: () => Promise.reject(new Error('nothing sleeps here')),
  after: () => () => {},
});
const clusters: readonly SimulatedCluster[] = [
  {
    target: 'e',
    server: 'https://e.simulated',
    locator: {
      eks: {
        account: '111111111111',
        region: 'us-east-1',
        cluster: 'staging',
        role: 'arn:aws:iam::111111111111:role/deployer',
      },
    },
  },
  { target: 'g', server: 'https://g.simulated', locator: { gke: { project: 'p', location: 'l', cluster: 'c' } } },
  {
    target: 'a',
    server: 'https://a.simulated',
    locator: { aks: { subscription: 's', resourceGroup: 'r', cluster: 'c', tenant: 'contoso' } },
  },
  { target: 'k', server: 'https://k.simulated', locator: { kubeconfig: { path: 'config' } } },
];
const cloudsAt = (now: number) => createClouds({ clock: clockAt(now), clusters, region: 'us-east-1' });
const bearer = (token: string) =>
  new Request('https://x.simulated/version', { headers: { authorization: `Bearer ${token}` } });
const DEPLOYER = 'arn:aws:sts::111111111111:assumed-role/deployer/x';

interface Presigned {
  readonly arn?: string;
  readonly account?: string;
  readonly cluster?: string;
  readonly region?: string;
  readonly expiresIn?: number;
  readonly action?: string;
  readonly signedAt?: number;
  readonly sessionSince?: number;
}

/** A token as the AWS command line makes it, with one thing different. */
const eksToken = async (given: Presigned = {}) => {
  const { arn = DEPLOYER, account = '111111111111', cluster = 'staging', region = 'us-east-1', signedAt = NOW } = given;
  const hostname = `sts.${region}.amazonaws.com`;
  const credentials = sessionCredentials(arn, account, clockAt(given.sessionSince ?? NOW - MINUTE));
  const signer = new SignatureV4({ service: 'sts', region, credentials, sha256: Sha256 });
  const { query = {} } = await signer.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname,
      path: '/',
      query: { Action: given.action ?? 'GetCallerIdentity', Version: '2011-06-15' },
      headers: { host: hostname, 'x-k8s-aws-id': cluster },
    },
    { expiresIn: given.expiresIn ?? 60, signingDate: new Date(signedAt) },
  );
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return `k8s-aws-v1.${Buffer.from(`https://${hostname}/?${pairs.join('&')}`).toString('base64url')}`;
};

describe('an EKS cluster', () => {
  it.each<[string, Presigned, number, 'ok' | 401]>([
    ['takes a token of its role', {}, NOW, 'ok'],
    ['takes it to the last of its 15 minutes, though it says 60 s', {}, NOW + 15 * MINUTE - 1, 'ok'],
    ['refuses it after them', {}, NOW + 15 * MINUTE, 401],
    ['refuses one from a clock that is 16 minutes ahead', { signedAt: NOW + 16 * MINUTE }, NOW, 401],
    ['refuses one for another cluster', { cluster: 'prod' }, NOW, 401],
    ['refuses one of another region', { region: 'eu-west-1' }, NOW, 401],
    ['refuses one of another account', { account: '222222222222' }, NOW, 401],
    ['refuses one of another role', { arn: 'arn:aws:sts::111111111111:assumed-role/other/x' }, NOW, 401],
    ['refuses one that asks for more than 15 minutes', { expiresIn: 901 }, NOW, 401],
    ['refuses another action', { action: 'GetSessionToken' }, NOW, 401],
    ['refuses one whose session is over', { sessionSince: NOW - 60 * MINUTE }, NOW, 401],
  ])('%s', async (_, presigned, now, expected) => {
    expect(cloudsAt(now).authorise('e', bearer(await eksToken(presigned)))).toBe(expected);
  });

  it('refuses one that was changed after it was signed', async () => {
    const url = Buffer.from((await eksToken()).slice('k8s-aws-v1.'.length), 'base64url').toString();
    const changed = url.replace('X-Amz-Expires=60', 'X-Amz-Expires=61');
    expect(cloudsAt(NOW).authorise('e', bearer(`k8s-aws-v1.${Buffer.from(changed).toString('base64url')}`))).toBe(401);
  });

  const urlIn = (token: string) => Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString();
  const tokenOf = (url: string) => `k8s-aws-v1.${Buffer.from(url).toString('base64url')}`;
  const at = 'https://sts.us-east-1.amazonaws.com';
  // What a proxy or a curious client may do to a URL that was signed; CVE-2022-2385 is the first three.
  it.each<[string, (url: string) => string]>([
    ['names its cluster once more, in other letters', (url) => `${url}&X-K8s-Aws-Id=staging`],
    ['repeats a parameter of the signature', (url) => `${url}&x-amz-signedheaders=host`],
    ['asks for another action behind the signed one', (url) => `${url}&Action=GetSessionToken`],
    ['has the action in other letters', (url) => url.replace('Action=', 'action=')],
    ['is truncated', (url) => url.slice(0, -8)],
    ['has no signature', (url) => url.replace(/&X-Amz-Signature=[^&]*/, '')],
    ['signs no cluster', (url) => url.replace(/X-Amz-SignedHeaders=[^&]*/, 'X-Amz-SignedHeaders=host')],
    ['is of another host', (url) => url.replace(at, 'https://sts.us-east-1.amazonaws.com.evil.example')],
    ['is of the global endpoint', (url) => url.replace(at, 'https://sts.amazonaws.com')],
    ['has a user in it', (url) => url.replace('https://', 'https://user@')],
    ['has a port', (url) => url.replace(at, `${at}:8443`)],
    ['has a path', (url) => url.replace('/?', '/evil?')],
    ['is not encrypted', (url) => url.replace('https://', 'http://')],
    ['has an unknown parameter', (url) => `${url}&X-Other=1`],
  ])('refuses a token whose URL %s', async (_, change) => {
    const changed = change(urlIn(await eksToken()));
    expect(changed).not.toBe(urlIn(await eksToken()));
    expect(cloudsAt(NOW).authorise('e', bearer(tokenOf(changed)))).toBe(401);
  });

  it.each(['', 'k8s-aws-v1.', 'k8s-aws-v1.!!!', 'k8s-aws-v1.aHR0cHM6Ly9ldmlsLmV4YW1wbGUv', 'abc'])(
    'refuses the malformed token %j',
    (token) => {
      expect(cloudsAt(NOW).authorise('e', bearer(token))).toBe(401);
    },
  );
});

const claims: Claims = {
  subject: 'contoso/app',
  audience: '6dae42f8-4368-4678-94ff-3960e28e3630',
  issuedAt: NOW,
  expiresAt: NOW + MINUTE,
};
const assertion = (different: Partial<WebIdentity> = {}): string =>
  issueWebIdentity({
    ...{
      issuer: awsIssuer,
      subject: 'arn:aws:iam::111111111111:role/tidegate',
      audience: 'api://AzureADTokenExchange',
    },
    ...{ issuedAt: NOW, expiresAt: NOW + MINUTE, ...different },
  });
const sealed = (kind: Kind, different: Partial<Claims> = {}) => seal(kind, { ...claims, ...different });

describe('GKE and AKS clusters', () => {
  it.each<[string, string, string, 'ok' | 401]>([
    ['a Google token', 'g', `ya29.${sealed('google-access')}`, 'ok'],
    ['a Google token whose life is over', 'g', `ya29.${sealed('google-access', { expiresAt: NOW })}`, 401],
    ['a Google token with another seal', 'g', `ya29.${sealed('google-access').slice(0, -2)}xx`, 401],
    ['an Entra token', 'g', sealed('entra-access'), 401],
    ['an Entra token', 'a', sealed('entra-access'), 'ok'],
    [
      'an Entra token for Azure Resource Manager',
      'a',
      sealed('entra-access', { audience: 'https://management.azure.com' }),
      401,
    ],
    [
      'an Entra token that says it needs no signature',
      'a',
      `${Buffer.from('{"alg":"none","typ":"JWT","kind":"entra-access"}').toString('base64url')}.${sealed('entra-access').split('.')[1]}.`,
      401,
    ],
    [
      'an Entra token with the header of another',
      'a',
      sealed('google-access').replace(/^[^.]+/, sealed('entra-access').split('.')[0] ?? ''),
      401,
    ],
    ['a truncated Entra token', 'a', sealed('entra-access').slice(0, -4), 401],
    ['an Entra token for Azure itself', 'a', sealed('entra-access', { audience: 'https://management.azure.com' }), 401],
    ['an Entra token of another tenant', 'a', sealed('entra-access', { subject: 'fabrikam/app' }), 401],
    ['an Entra token whose life is over', 'a', sealed('entra-access', { expiresAt: NOW }), 401],
    ['an assertion in place of a token', 'a', assertion(), 401],
    ['an Entra token that is not valid yet', 'a', sealed('entra-access', { issuedAt: NOW + 6 * MINUTE }), 401],
    [
      'a Google token that is not valid yet',
      'g',
      `ya29.${sealed('google-access', { issuedAt: NOW + 6 * MINUTE })}`,
      401,
    ],
    ['an assertion of AWS where Google is asked', 'g', assertion(), 401],
    ['no token', 'a', '', 401],
    ['any token, found by a kubeconfig', 'k', 'anything', 'ok'],
    ['any token, of a target nobody knows', 'nobody', 'anything', 401],
  ])('%s', (_, target, token, expected) => {
    expect(cloudsAt(NOW).authorise(target, bearer(token))).toBe(expected);
  });

  it('take what they have taken before from the moment it is good to the one at which it ends, and only at its own target', async () => {
    let now = NOW;
    const clouds = createClouds({ clock: { ...clockAt(NOW), now: () => now }, clusters, region: 'us-east-1' });
    const ofSession = await eksToken({ sessionSince: NOW - 50 * MINUTE });
    const entra = sealed('entra-access', { issuedAt: NOW, expiresAt: NOW + 30 * MINUTE });
    const google = `ya29.${sealed('google-access', { issuedAt: NOW, expiresAt: NOW + 30 * MINUTE })}`;
    const ends = [
      ['e', await eksToken(), 15 * MINUTE, -15 * MINUTE],
      ['e', ofSession, 10 * MINUTE, -15 * MINUTE],
      ['a', entra, 30 * MINUTE, -5 * MINUTE],
      ['g', google, 30 * MINUTE, -5 * MINUTE],
    ] as const;
    for (const [target, token, until, from] of ends) {
      const answers = [0, until - 1, until, from, from - 1].map((after) => {
        now = NOW + after;
        return clouds.authorise(target, bearer(token));
      });
      expect(answers).toEqual(['ok', 'ok', 401, 'ok', 401]);
      now = NOW;
      expect(clouds.authorise(target === 'g' ? 'a' : 'g', bearer(token))).toBe(401);
    }
  });

  it('refuse a revoked token for good, and no other', () => {
    const clouds = cloudsAt(NOW);
    const [old, fresh] = [`ya29.${sealed('google-access')}`, `ya29.${sealed('google-access', { issuedAt: NOW + 1 })}`];
    clouds.faults.revoke('g');
    expect([old, fresh, old].map((token) => clouds.authorise('g', bearer(token)))).toEqual([401, 'ok', 401]);
  });
});

const ask = async (url: string, init: RequestInit = {}, now = NOW) => {
  const response = await cloudsAt(now).handle(new Request(url, init));
  const text = (await response?.text()) ?? '';
  return { status: response?.status, answer: text.startsWith('{') ? JSON.parse(text) : text };
};
const form = (fields: Record<string, string>) => ({ method: 'POST', body: new URLSearchParams(fields) });
const entraToken = 'https://login.microsoftonline.com/contoso/oauth2/v2.0/token';
const arm =
  'https://management.azure.com/subscriptions/s/resourceGroups/r/providers/Microsoft.ContainerService/managedClusters';
const armToken = {
  headers: { authorization: `Bearer ${sealed('entra-access', { audience: 'https://management.azure.com' })}` },
};
const googleToken = { headers: { authorization: `Bearer ya29.${sealed('google-access')}` } };

describe('the control APIs answer and refuse in their own words', () => {
  it.each<[string, string, RequestInit, number, unknown]>([
    [
      'EKS to a request without a signature',
      'https://eks.us-east-1.amazonaws.com/clusters/staging',
      {},
      403,
      { message: 'Signature is missing or malformed' },
    ],
    [
      'Entra to an instance discovery',
      'https://login.microsoftonline.com/common/discovery/instance?authorization_endpoint=https://login.microsoftonline.com/contoso/oauth2/v2.0/authorize',
      {},
      200,
      expect.objectContaining({
        tenant_discovery_endpoint: 'https://login.microsoftonline.com/contoso/v2.0/.well-known/openid-configuration',
      }),
    ],
    [
      'Entra to an OpenID discovery',
      'https://login.microsoftonline.com/contoso/v2.0/.well-known/openid-configuration',
      {},
      200,
      expect.objectContaining({ token_endpoint: entraToken }),
    ],
    [
      'Entra to an assertion for another audience',
      entraToken,
      form({ client_assertion: assertion({ audience: 'x' }), scope: 'a/.default' }),
      401,
      {
        error: 'invalid_client',
        error_description:
          "AADSTS700212: No matching federated identity record found for presented assertion audience 'x'.",
        error_codes: [700212],
      },
    ],
    [
      'Entra to an assertion whose life is over',
      entraToken,
      form({ client_assertion: assertion({ expiresAt: NOW }), scope: 'a/.default' }),
      401,
      {
        error: 'invalid_client',
        error_description: 'AADSTS700024: Client assertion is not within its valid time range.',
        error_codes: [700024],
      },
    ],
    [
      'Entra to something else for an assertion',
      entraToken,
      form({ client_assertion: 'x', scope: 'a/.default' }),
      401,
      expect.objectContaining({ error: 'invalid_client', error_codes: [50027] }),
    ],
    [
      'Google STS to another audience',
      'https://sts.googleapis.com/v1/token',
      form({ audience: 'x' }),
      400,
      expect.objectContaining({ error: 'invalid_request' }),
    ],
    [
      'Google STS to something else for a subject token',
      'https://sts.googleapis.com/v1/token',
      form({
        audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/a',
        subject_token: 'x',
      }),
      400,
      {
        error: 'invalid_grant',
        error_description: 'Unable to parse the subject token as a serialized GetCallerIdentity request.',
      },
    ],
    [
      'GKE without a token',
      'https://container.googleapis.com/v1/projects/p/locations/l/clusters/c',
      {},
      401,
      { error: { code: 401, status: 'UNAUTHENTICATED', message: expect.any(String) } },
    ],
    [
      'GKE for a cluster that is not there',
      'https://container.googleapis.com/v1/projects/p/locations/l/clusters/x',
      googleToken,
      404,
      { error: { code: 404, status: 'NOT_FOUND', message: 'Not found: projects/p/locations/l/clusters/x.' } },
    ],
    [
      'GKE with enums by name where numbers are not asked for',
      'https://container.googleapis.com/v1/projects/p/locations/l/clusters/c',
      googleToken,
      200,
      expect.objectContaining({ status: 'RUNNING', endpoint: 'g.simulated' }),
    ],
    [
      'ARM without a token',
      `${arm}/c`,
      {},
      401,
      { error: { code: 'InvalidAuthenticationToken', message: 'The access token is invalid.' } },
    ],
    [
      'ARM for a cluster that is not there',
      `${arm}/x`,
      armToken,
      404,
      {
        error: {
          code: 'ResourceNotFound',
          message:
            "The Resource 'Microsoft.ContainerService/managedClusters/x' under resource group 'r' was not found.",
        },
      },
    ],
  ])('%s', async (_, url, init, status, answer) => {
    expect(await ask(url, init)).toEqual({ status, answer });
  });

  it('AKS hands out a kubeconfig that asks to run kubelogin', async () => {
    const { answer } = await ask(`${arm}/c/listClusterUserCredential`, { method: 'POST', ...armToken });
    const kubeconfig = JSON.parse(Buffer.from(answer.kubeconfigs[0].value, 'base64').toString());
    expect(kubeconfig.clusters[0].cluster).toEqual({
      server: 'https://a.simulated',
      'certificate-authority-data': Buffer.from(SIMULATED_CA).toString('base64'),
    });
    expect(kubeconfig.users[0].user.exec.command).toBe('kubelogin');
  });

  it('and hosts of nobody are not answered', () => {
    expect(cloudsAt(NOW).handle(new Request('https://s3.us-east-1.amazonaws.com/'))).toBeUndefined();
  });
});
