import { afterEach, describe, expect, it } from 'vitest';
import type { SimulatedCluster } from '../../local/fleet/clouds/api.ts';
import { sessionCredentials, simulatedIdentity } from '../../local/fleet/clouds/aws-caller.ts';
import { createClouds } from '../../local/fleet/clouds/clouds.ts';
import { sealOf } from '../../local/fleet/clouds/sealed.ts';
import { issueWebIdentity, type WebIdentity } from '../../local/fleet/clouds/web-identity.ts';
import { simulatedNetwork } from '../../local/network.ts';
import type { CloudsOutside } from '../../shared/clouds/clouds-outside.ts';
import { openCluster } from '../../shared/clouds/open-cluster.ts';
import { processClock } from '../../shared/outside/clock.ts';
import { Secret } from '../../shared/secrets/secrets.ts';
import { fleet, HOME, simulateFleet } from './simulated-fleet.ts';

const MINUTE = 60_000;
let restore = () => {};
afterEach(() => restore());

const issuer = 'https://issuer.example.com';
const subject = 'tidegate-prod';

interface Given {
  /** What the target says of itself, where it is not what its cluster is. */
  readonly locator?: SimulatedCluster['locator'];
  readonly outside?: (outside: CloudsOutside) => Partial<CloudsOutside>;
  /** The API server asked, where it is not the target's own. */
  readonly server?: string;
  /** How far the clocks of the clouds are ahead of ours. */
  readonly aheadMs?: number;
  readonly answers?: (request: Request) => Response;
}

/** What becomes of a request to a cluster with one thing otherwise than it has to be, and every text that any of it sent. */
const attempt = async (cluster: SimulatedCluster, given: Given = {}) => {
  const simulated = simulateFleet();
  restore = simulated.restore;
  const clock = { ...processClock, now: () => processClock.now() + (given.aheadMs ?? 0) };
  const federated = [
    { issuer: 'https://00000000-0000-0000-0000-000000000000.tokens.sts.global.api.aws' },
    { issuer, subject },
  ];
  const clouds = createClouds({ clock, clusters: Object.values(fleet), region: 'us-east-1', federated });
  const servers = Object.values(fleet).map(({ target, server }) => ({
    host: new URL(server).hostname,
    handle: async (request: Request) =>
      new Response('{}', { status: clouds.authorise(target, request) === 'ok' ? 200 : 401 }),
  }));
  const network = simulatedNetwork({
    routes: [
      ...clouds.routes,
      ...servers,
      {
        host: 'issuer.example.com',
        handle: async (request) => given.answers?.(request) ?? new Response('', { status: 404 }),
      },
    ],
    fallback: 'refuse',
  });
  const base = { ...simulated.outside, http: network };
  const outside = { ...base, ...given.outside?.(base) };
  const opened = openCluster(
    {
      name: cluster.target,
      locator: given.locator ?? cluster.locator,
      endpoint: { server: given.server ?? cluster.server },
    },
    outside,
  );
  return opened.request('/version').then(
    (response) => String(response.status),
    (error: Error) => `${error.name}: ${error.message}`,
  );
};

const notKnown = (target: string): string =>
  `AccessRefused: target ${target}: /version: 401, our identity is not known to the cluster; expected an access entry or role binding for it there`;
const signedBy = (change: (credentials: Awaited<ReturnType<CloudsOutside['identity']>>) => object): Given => ({
  outside: ({ identity }) => ({
    identity: async () => {
      const credentials = await identity();
      return { ...credentials, ...change(credentials) };
    },
  }),
});
const eks = (changes: object): Given => ({ locator: { eks: { ...fleet.eks.locator.eks, ...changes } } });
const customers = (changes: object): Given => ({ locator: { eks: { ...fleet.private.locator.eks, ...changes } } });
const anotherSecret = signedBy(() => ({ secretAccessKey: 'another' }));
const sessionOver = signedBy(() => {
  const then = { ...processClock, now: () => processClock.now() - 61 * MINUTE };
  return {
    ...sessionCredentials(`arn:aws:sts::${HOME}:assumed-role/tidegate/tidegate`, HOME, then),
    expiration: undefined,
  };
});

describe('a token that is presented to a cluster on EKS', () => {
  it.each<[string, SimulatedCluster, Given, string]>([
    ['as it has to be is taken', fleet.eks, {}, '200'],
    ['names another cluster in its signed header', fleet.eks, eks({ cluster: 'prod' }), notKnown('aws-staging')],
    ['is signed for another region', fleet.eks, eks({ region: 'eu-west-1' }), notKnown('aws-staging')],
    ['is signed with another secret', fleet.eks, anotherSecret, notKnown('aws-staging')],
    ['is of a session that is over', fleet.eks, sessionOver, notKnown('aws-staging')],
    ['is older than a quarter of an hour there', fleet.eks, { aheadMs: 16 * MINUTE }, notKnown('aws-staging')],
    ['is dated more than a quarter of an hour ahead', fleet.eks, { aheadMs: -16 * MINUTE }, notKnown('aws-staging')],
    [
      'is of another account',
      fleet.eks,
      { outside: () => ({ identity: simulatedIdentity(processClock, '333333333333') }) },
      notKnown('aws-staging'),
    ],
    ["is Google's", fleet.eks, { locator: fleet.gke.locator }, notKnown('aws-staging')],
    ["is Entra's", fleet.eks, { locator: fleet.aks.locator }, notKnown('aws-staging')],
    [
      'would be of a role that asks for another external id',
      fleet.private,
      customers({ externalId: 'acme-8' }),
      'AccessRefused: role arn:aws:iam::222222222222:role/deployer: our identity is refused: 403 User: arn:aws:sts::111111111111:assumed-role/tidegate/tidegate is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::222222222222:role/deployer; check the trust between it and this account',
    ],
    [
      'would be of a role that somebody asks for who is not who he says',
      fleet.private,
      anotherSecret,
      expect.stringMatching(
        /^AccessRefused: role arn:aws:iam::222222222222:role\/deployer: our identity is refused: 403 The request signature we calculated does not match/,
      ),
    ],
  ])('%s', async (_, cluster, given, told) => {
    expect(await attempt(cluster, given)).toEqual(told);
  });
});

const audience = '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/tidegate/providers/aws';
const google = (changes: object): Given => ({
  outside: ({ settings }) => ({ settings: { ...settings, federation: { google: { audience, ...changes } } } }),
});
const refusedByGoogle = (because: string, of = audience): string =>
  `AccessRefused: google token for ${of}: our identity is refused: 400 ${because}; check the trust between it and this account`;

describe('a token for a cluster on GKE', () => {
  it.each<[string, Given, unknown]>([
    ['as it has to be is taken', {}, '200'],
    [
      'is asked for with an audience that is no provider',
      google({ audience: 'tidegate' }),
      refusedByGoogle(
        'Error code invalid_request: Invalid value for "audience". This value should be the full resource name of the Identity Provider.',
        'tidegate',
      ),
    ],
    [
      'is asked for with another signature',
      anotherSecret,
      refusedByGoogle('Error code invalid_grant: Received invalid credentials from AWS: InvalidSignatureException'),
    ],
    [
      'is asked for by a session that is over',
      sessionOver,
      refusedByGoogle('Error code invalid_grant: Received invalid credentials from AWS: ExpiredTokenException'),
    ],
    ["is Entra's", { locator: fleet.aks.locator }, notKnown('gcp-prod')],
    ['is of EKS', { locator: fleet.eks.locator }, notKnown('gcp-prod')],
  ])('%s', async (_, given, told) => {
    expect(await attempt(fleet.gke, given)).toEqual(told);
  });
});

const now = Date.UTC(2026, 0, 2);
const assertion = (different: Partial<WebIdentity> = {}): string =>
  issueWebIdentity({
    ...{ issuer, subject, audience: 'api://AzureADTokenExchange', issuedAt: now, expiresAt: now + 10 * MINUTE },
    ...different,
  });
const azure = { azure: { tenant: 'contoso', client: 'app-1' } };
/** An issuer of one's own, whose token is in the secret. */
const stored = (token: string): Given => ({
  outside: ({ settings }) => ({
    settings: { ...settings, federation: { ...azure, azureIssuer: { name: issuer } } },
    secrets: { get: async () => new Secret(token) },
  }),
});
const entra = 'AccessRefused: entra token of app-1 in contoso: ';
const fromSecret = `${entra}the assertion from secret azure-assertion `;
const byEntra = (because: string): string =>
  `${entra}our identity is refused: 401 ${because}; check the trust between it and this account`;
const withHeader = (header: object, signature?: string): string => {
  const [, payload = ''] = assertion().split('.');
  const text = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload}`;
  return `${text}.${signature ?? sealOf(text)}`;
};

describe("an assertion of an issuer of one's own, for a cluster on AKS", () => {
  it.each<[string, string, unknown]>([
    ['as it has to be is taken', assertion(), '200'],
    ['with a line end behind it is taken', `${assertion()}\n`, '200'],
    ['is empty', '', `${fromSecret}is no JWT; expected one of three parts`],
    ['is no JWT', 'planted', `${fromSecret}is no JWT; expected one of three parts`],
    ['has a part too many', `${assertion()}.x`, `${fromSecret}is no JWT; expected one of three parts`],
    ['is not signed', withHeader({ alg: 'none' }), `${fromSecret}is not signed (alg "none"); expected RS256`],
    [
      'says so in other letters',
      withHeader({ alg: 'NoNe' }),
      `${fromSecret}is not signed (alg "NoNe"); expected RS256`,
    ],
    ['says nothing of it', withHeader({}), `${fromSecret}is not signed (alg nothing); expected RS256`],
    ['has no signature', withHeader({ alg: 'RS256' }, ''), `${fromSecret}is not signed (alg "RS256"); expected RS256`],
    [
      'is of another issuer',
      assertion({ issuer: 'https://evil.example.com' }),
      `${fromSecret}is of issuer "https://evil.example.com"; expected "${issuer}"`,
    ],
    [
      'is for another audience',
      assertion({ audience: 'sts.amazonaws.com' }),
      `${fromSecret}is for "sts.amazonaws.com"; expected audience "api://AzureADTokenExchange"`,
    ],
    [
      'is over',
      assertion({ expiresAt: now }),
      `${fromSecret}ended at 2026-01-02T00:00:00.000Z; expected whoever issues it to have renewed it`,
    ],
    [
      'is not valid yet',
      assertion({ notBefore: now + 6 * MINUTE }),
      `${fromSecret}is not valid before 2026-01-02T00:06:00.000Z; expected the clocks to agree within 5 minutes`,
    ],
    [
      'says times that no calendar has',
      assertion({ expiresAt: -1e20 }),
      `${fromSecret}ended at -100000000000000000 s; expected whoever issues it to have renewed it`,
    ],
    [
      'is signed by somebody else',
      assertion().replace(/[^.]+$/, sealOf('another')),
      byEntra(
        'invalid_client: Error(s): 700027 - Timestamp: Not Available - Description: AADSTS700027: Client assertion failed signature validation. - Correlation ID: Not Available - Trace ID: Not Available',
      ),
    ],
    [
      'is of somebody else whom the issuer knows',
      assertion({ subject: 'another' }),
      expect.stringContaining(
        "AADSTS700213: No matching federated identity record found for presented assertion subject 'another'.",
      ),
    ],
  ])('%s', async (_, token, told) => {
    const outcome = await attempt(fleet.aks, stored(token));
    expect(outcome).toEqual(told);
    if (token.length > 20) expect(outcome).not.toContain(token.trim().slice(0, 20));
  });

  it('is not there: trouble with the targets that are opened by it, not with the rest', async () => {
    const missing: Given = {
      outside: ({ settings }) => ({
        settings: { ...settings, federation: { ...azure, azureIssuer: { name: issuer } } },
      }),
    };
    expect(await attempt(fleet.aks, missing)).toBe(
      `${entra}secret azure-assertion is not in the simulation; write it there and run the same command again`,
    );
  });

  it('has an address and no name: nobody is asked, and AWS does not speak in its place', async () => {
    const nameless: Given = {
      outside: ({ settings }) => ({
        settings: { ...settings, federation: { ...azure, azureIssuer: { url: `${issuer}/token` } } },
        secrets: { get: async () => new Secret('planted-credential') },
      }),
    };
    expect(await attempt(fleet.aks, nameless)).toBe(
      `${entra}azureIssuerUrl is set without azureIssuer, so that no issuer is expected; deploy again with both or neither`,
    );
  });

  const asked = (answers: Given['answers']): Given => ({
    ...(answers && { answers }),
    outside: ({ settings }) => ({
      settings: {
        ...settings,
        federation: { ...azure, azureIssuer: { name: issuer, url: `${issuer}/token` } },
      },
      secrets: { get: async () => new Secret('planted-credential') },
    }),
  });
  it.each<[string, (request: Request) => Response, unknown]>([
    ['as text', () => new Response(assertion()), '200'],
    ['as GitHub has it', () => Response.json({ value: assertion() }), '200'],
    ['as OAuth has it', () => Response.json({ access_token: assertion(), token_type: 'Bearer' }), '200'],
    [
      'only to whom it knows',
      ({ headers }) =>
        new Response(assertion(), { status: headers.get('authorization') === 'Bearer planted-credential' ? 200 : 401 }),
      '200',
    ],
    [
      'to nobody',
      () => new Response('planted', { status: 401 }),
      `${entra}${issuer}/token: our identity is refused: 401 the issuer gave no assertion; check the trust between it and this account`,
    ],
    [
      'in another form',
      () => Response.json({ jwt: assertion() }),
      `${entra}the assertion from ${issuer}/token is no JWT; expected one of three parts`,
    ],
    [
      'as a page',
      () => new Response('<html>'),
      `${entra}the assertion from ${issuer}/token is no JWT; expected one of three parts`,
    ],
    [
      'later',
      () => new Response('', { status: 429 }),
      `Throttled: entra token of app-1 in contoso: ${issuer}/token: asked to slow down: 429 the issuer gave no assertion`,
    ],
    [
      'not now',
      () => new Response('', { status: 503 }),
      `ClusterUnreachable: entra token of app-1 in contoso: ${issuer}/token: no usable answer: 503 the issuer gave no assertion`,
    ],
  ])('handed out at an address %s', async (_, answers, told) => {
    const outcome = await attempt(fleet.aks, asked(answers));
    expect(outcome).toEqual(told);
    expect(outcome).not.toContain('planted');
  });

  it.each([
    ["Google's", fleet.gke.locator],
    ['of EKS', fleet.eks.locator],
  ])('is not what a token is that is %s, and the cluster takes neither', async (_, locator) => {
    expect(await attempt(fleet.aks, { locator })).toBe(notKnown('azure-prod'));
  });
});
