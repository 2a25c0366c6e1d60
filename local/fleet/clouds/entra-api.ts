import { type Api, type FederatedCredential, LEEWAY_MS, Refusal, type Simulation } from './api.ts';
import { seal } from './sealed.ts';
import { readWebIdentity } from './web-identity.ts';

const HOST = 'login.microsoftonline.com';
const LIFE_SECONDS = 3599;
const ASSERTION_AUDIENCE = 'api://AzureADTokenExchange';

/** Entra's own OAuth error body; the codes are in "Microsoft Entra authentication and authorization error codes". */
const refuse = ({ status, code, message }: Refusal): Response =>
  Response.json(
    { error: code, error_description: message, error_codes: [Number(/^AADSTS(\d+)/.exec(message)?.[1] ?? 0)] },
    { status },
  );

const invalid = (message: string): Refusal => new Refusal(401, 'invalid_client', message);
/** Whether a federated credential of the application takes the assertion; in the order in which Entra looks. @throws Refusal */
const assess = (text: string, now: number, federated: readonly FederatedCredential[]): void => {
  const assertion = readWebIdentity(text);
  if (assertion === 'malformed') throw invalid('AADSTS50027: JWT token is invalid or malformed.');
  if (assertion === 'unsigned')
    throw invalid("AADSTS5002738: Invalid JWT token. 'none' is not a supported signature algorithm.");
  if (assertion === 'forged') throw invalid('AADSTS700027: Client assertion failed signature validation.');
  const { issuer, subject, audience, notBefore = 0, expiresAt } = assertion;
  const ofIssuer = federated.filter((credential) => credential.issuer === issuer);
  const none = (what: string, value: string): Refusal =>
    invalid(`${what}: No matching federated identity record found for presented assertion ${value}.`);
  if (ofIssuer.length === 0) throw none('AADSTS700211', `issuer '${issuer}'`);
  const ofSubject = ofIssuer.filter((credential) => credential.subject === undefined || credential.subject === subject);
  if (ofSubject.length === 0) throw none('AADSTS700213', `subject '${subject}'`);
  if (!ofSubject.some((credential) => (credential.audience ?? ASSERTION_AUDIENCE) === audience))
    throw none('AADSTS700212', `audience '${audience}'`);
  if (now >= expiresAt || now + LEEWAY_MS < notBefore)
    throw invalid('AADSTS700024: Client assertion is not within its valid time range.');
};

const discovery = (tenant: string): object => ({
  tenant_discovery_endpoint: `https://${HOST}/${tenant}/v2.0/.well-known/openid-configuration`,
  'api-version': '1.1',
  metadata: [{ preferred_network: HOST, preferred_cache: 'login.windows.net', aliases: [HOST, 'login.windows.net'] }],
});

const openidConfiguration = (tenant: string): object => ({
  issuer: `https://${HOST}/${tenant}/v2.0`,
  authorization_endpoint: `https://${HOST}/${tenant}/oauth2/v2.0/authorize`,
  token_endpoint: `https://${HOST}/${tenant}/oauth2/v2.0/token`,
  jwks_uri: `https://${HOST}/${tenant}/discovery/v2.0/keys`,
});

/**
 * Microsoft Entra ID as its library calls it: instance discovery, the tenant's OpenID configuration, and a token for client
 * credentials with a federated assertion (`POST /TENANT/oauth2/v2.0/token`).
 */
export const entraApi = ({ clock, federated }: Simulation): Api => {
  const issue = async (tenant: string, request: Request): Promise<Response> => {
    const given = new URLSearchParams(await request.text());
    const now = clock.now();
    assess(given.get('client_assertion') ?? '', now, federated);
    const resource = given
      .get('scope')
      ?.split(' ')
      .find((scope) => scope.endsWith('/.default'))
      ?.replace(/\/\.default$/, '');
    if (!resource) throw new Refusal(400, 'invalid_scope', 'AADSTS1002012: The provided value for scope is not valid.');
    const claims = {
      subject: `${tenant}/${given.get('client_id')}`,
      audience: resource,
      issuedAt: now,
      expiresAt: now + LIFE_SECONDS * 1000,
    };
    return Response.json({
      token_type: 'Bearer',
      expires_in: LIFE_SECONDS,
      ext_expires_in: LIFE_SECONDS,
      access_token: seal('entra-access', claims),
    });
  };

  return {
    host: HOST,
    service: 'entra',
    throttled: new Refusal(
      429,
      'temporarily_unavailable',
      'AADSTS50196: The server terminated an operation because it encountered a loop.',
    ),
    unavailable: new Refusal(
      503,
      'temporarily_unavailable',
      'AADSTS90033: A transient error has occurred. Please try again.',
    ),
    refuse,
    answer: async (request) => {
      const { pathname, searchParams } = new URL(request.url);
      const [, tenant = '', ...rest] = pathname.split('/');
      switch (rest.join('/')) {
        case 'discovery/instance': {
          const asked = searchParams.get('authorization_endpoint');
          return Response.json(discovery(asked ? (new URL(asked).pathname.split('/')[1] ?? '') : tenant));
        }
        case 'v2.0/.well-known/openid-configuration':
          return Response.json(openidConfiguration(tenant));
        case 'oauth2/v2.0/token':
          return issue(tenant, request);
        default:
          throw new Refusal(404, 'invalid_request', 'AADSTS90023: The endpoint is not supported.');
      }
    },
  };
};
