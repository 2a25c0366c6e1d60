import { type Api, Refusal, type Simulation } from './api.ts';
import { seal, unseal } from './sealed.ts';

const HOST = 'login.microsoftonline.com';
const LIFE_SECONDS = 3599;
const ASSERTION_AUDIENCE = 'api://AzureADTokenExchange';

/** Entra's own OAuth error body; the codes are in "Microsoft Entra authentication and authorization error codes". */
const refuse = ({ status, code, message }: Refusal): Response =>
  Response.json(
    { error: code, error_description: message, error_codes: [Number(/^AADSTS(\d+)/.exec(message)?.[1] ?? 0)] },
    { status },
  );

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
export const entraApi = ({ clock }: Simulation): Api => {
  const issue = async (tenant: string, request: Request): Promise<Response> => {
    const given = new URLSearchParams(await request.text());
    const now = clock.now();
    const assertion = unseal('aws-web-identity', given.get('client_assertion') ?? '');
    if (!assertion) {
      throw new Refusal(
        401,
        'invalid_client',
        'AADSTS700211: No matching federated identity record found for presented assertion issuer.',
      );
    }
    if (assertion.audience !== ASSERTION_AUDIENCE) {
      throw new Refusal(
        401,
        'invalid_client',
        `AADSTS700212: No matching federated identity record found for presented assertion audience '${assertion.audience}'.`,
      );
    }
    if (now >= assertion.expiresAt) {
      throw new Refusal(401, 'invalid_client', 'AADSTS700024: Client assertion is not within its valid time range.');
    }
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
