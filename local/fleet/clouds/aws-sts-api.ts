import type { EksLocator } from '../../../shared/rollout/target.ts';
import { type Api, Refusal, type Simulation } from './api.ts';
import { type Caller, callerOf, sessionCredentials } from './aws-caller.ts';
import { parseSigned } from './sigv4.ts';
import { awsIssuer, issueWebIdentity } from './web-identity.ts';

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';
const REQUEST_ID = '<ResponseMetadata><RequestId>00000000-0000-0000-0000-000000000000</RequestId></ResponseMetadata>';

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/** Fields as the XML elements of the query protocol. */
const xml = (fields: Readonly<Record<string, string | object>>): string =>
  Object.entries(fields)
    .map(([name, value]) => {
      const inner = typeof value === 'string' ? escaped(value) : xml(value as Record<string, string | object>);
      return `<${name}>${inner}</${name}>`;
    })
    .join('');

const answerOf = (action: string, result: Readonly<Record<string, string | object>>): Response =>
  new Response(
    `<${action}Response xmlns="${NAMESPACE}"><${action}Result>${xml(result)}</${action}Result>${REQUEST_ID}</${action}Response>`,
    { headers: { 'content-type': 'text/xml' } },
  );

/** How the query services of AWS word a refusal: their codes have no `Exception` at the end. */
const refuse = ({ status, code, message }: Refusal): Response =>
  new Response(
    `<ErrorResponse xmlns="${NAMESPACE}">${xml({ Error: { Type: status < 500 ? 'Sender' : 'Receiver', Code: code.replace(/Exception$/, ''), Message: message } })}</ErrorResponse>`,
    { status, headers: { 'content-type': 'text/xml' } },
  );

/** Whom a token names that AWS signs: the role, and not its session. */
const roleOf = ({ arn }: Caller): string =>
  arn.replace(/^arn:aws:sts::(\d+):assumed-role\/([^/]+)\/.*$/, 'arn:aws:iam::$1:role/$2');

/** The region's Security Token Service: AssumeRole, GetCallerIdentity, GetWebIdentityToken (query protocol, XML, signed). */
export const awsStsApi = (region: string, { clock, clusters }: Simulation): Api => {
  const eks: readonly EksLocator[] = clusters.flatMap(({ locator }) => ('eks' in locator ? [locator.eks] : []));

  const assumeRole = (caller: Caller, given: URLSearchParams): Response => {
    const role = given.get('RoleArn') ?? '';
    // A role trusts us for the clusters that name it, each with the external id its owner gave us.
    const trusted = eks.some((one) => one.role === role && (one.externalId ?? null) === given.get('ExternalId'));
    const [, account, roleName] = /^arn:aws:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(role) ?? [];
    if (!trusted || !account || !roleName) {
      throw new Refusal(
        403,
        'AccessDenied',
        `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${role}`,
      );
    }
    const arn = `arn:aws:sts::${account}:assumed-role/${roleName}/${given.get('RoleSessionName')}`;
    const session = sessionCredentials(arn, account, clock);
    return answerOf('AssumeRole', {
      AssumedRoleUser: { AssumedRoleId: `AROASIMULATED:${given.get('RoleSessionName')}`, Arn: arn },
      Credentials: {
        AccessKeyId: session.accessKeyId,
        SecretAccessKey: session.secretAccessKey,
        SessionToken: session.sessionToken,
        Expiration: session.expiration.toISOString(),
      },
    });
  };

  const getWebIdentityToken = (caller: Caller, given: URLSearchParams): Response => {
    const now = clock.now();
    const expiresAt = now + Number(given.get('DurationSeconds') ?? 300) * 1000;
    const audience = given.get('Audience.member.1') ?? '';
    return answerOf('GetWebIdentityToken', {
      WebIdentityToken: issueWebIdentity({
        ...{ issuer: awsIssuer, subject: roleOf(caller), audience, issuedAt: now, expiresAt },
      }),
      Expiration: new Date(expiresAt).toISOString(),
    });
  };

  return {
    host: `sts.${region}.amazonaws.com`,
    service: 'aws-sts',
    throttled: new Refusal(400, 'Throttling', 'Rate exceeded'),
    unavailable: new Refusal(503, 'ServiceUnavailable', 'Service is unavailable'),
    refuse,
    answer: async (request) => {
      const url = new URL(request.url);
      const body = await request.text();
      const header = (name: string) => request.headers.get(name) ?? undefined;
      const caller = callerOf(parseSigned({ method: request.method, url, header, body }), 'sts', region, clock);
      const given = request.method === 'GET' ? url.searchParams : new URLSearchParams(body);
      switch (given.get('Action')) {
        case 'AssumeRole':
          return assumeRole(caller, given);
        case 'GetWebIdentityToken':
          return getWebIdentityToken(caller, given);
        case 'GetCallerIdentity':
          return answerOf('GetCallerIdentity', { Arn: caller.arn, UserId: 'AROASIMULATED', Account: caller.account });
        default:
          throw new Refusal(
            400,
            'InvalidAction',
            `Could not find operation ${given.get('Action')} for version 2011-06-15`,
          );
      }
    },
  };
};
