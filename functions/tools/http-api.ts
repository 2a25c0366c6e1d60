import * as z from 'zod/mini';
import { ActionRefused } from '../../console/actions.ts';
import type { Actor } from '../../shared/access/authorise.ts';
import type { Elsewhere } from './console-actions.ts';

/** A request as API Gateway's HTTP API hands it over (payload version 2.0, with a JWT authorizer), as far as it is read here. */
export const httpApiEvent = z.object({
  version: z.literal('2.0'),
  rawPath: z.string(),
  rawQueryString: z.string(),
  headers: z.record(z.string(), z.string()),
  cookies: z.optional(z.array(z.string())),
  body: z.optional(z.string()),
  isBase64Encoded: z.boolean(),
  requestContext: z.object({
    domainName: z.string(),
    http: z.object({ method: z.string() }),
    authorizer: z.optional(z.object({ jwt: z.object({ claims: z.record(z.string(), z.string()) }) })),
  }),
});

export type HttpApiEvent = z.infer<typeof httpApiEvent>;

export interface HttpApiAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/** The request that API Gateway was sent. Its host is the one the API answers at, never one that a header says. */
export const requestOf = (event: HttpApiEvent): Request => {
  const { method } = event.requestContext.http;
  const query = event.rawQueryString === '' ? '' : `?${event.rawQueryString}`;
  const headers = new Headers(event.headers);
  if (event.cookies !== undefined) headers.set('cookie', event.cookies.join('; '));
  const hasBody = method !== 'GET' && method !== 'HEAD' && event.body !== undefined;
  return new Request(`https://${event.requestContext.domainName}${event.rawPath}${query}`, {
    method,
    headers,
    ...(hasBody && { body: new Uint8Array(Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8')) }),
  });
};

/** What API Gateway makes a response of. */
export const answerOf = async (response: Response): Promise<HttpApiAnswer> => ({
  statusCode: response.status,
  headers: Object.fromEntries([...response.headers].filter(([name]) => name !== 'set-cookie')),
  cookies: response.headers.getSetCookie(),
  body: Buffer.from(await response.arrayBuffer()).toString('base64'),
  isBase64Encoded: true,
});

/**
 * Who the token says it is. `preferred_username` must be the person's account at the host of the config repository: by it an author is
 * told from an approver. A token without it, as of a machine, is nobody.
 */
export const actorOf = ({ requestContext }: HttpApiEvent): Actor | undefined => {
  const claims = requestContext.authorizer?.jwt.claims ?? {};
  const name = claims.preferred_username;
  return name ? { name, kind: 'person', roles: listClaim(claims.groups) } : undefined;
};

/** The API's own routes lead deliveries and diagnoses to their functions, so none comes by another. */
const refuse = async (): Promise<never> => {
  throw new ActionRefused(404, 'NOT_FOUND', 'this is not taken here');
};
export const elsewhere: Elsewhere = {
  ...{ receiveMerge: refuse, receiveArtifact: refuse, receiveAlerts: refuse, receiveTest: refuse },
  diagnose: refuse,
};

/** A claim that is a list, as the HTTP API writes it: `[release-managers on-call]`. */
export const listClaim = (claim: string | undefined): readonly string[] =>
  (claim ?? '')
    .replace(/^\[|\]$/g, '')
    .split(/[\s,]+/)
    .filter((entry) => entry !== '');
