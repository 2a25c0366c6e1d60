import * as z from 'zod/mini';

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

/** A claim that is a list, as the HTTP API writes it: `[release-managers on-call]`. */
export const listClaim = (claim: string | undefined): readonly string[] =>
  (claim ?? '')
    .replace(/^\[|\]$/g, '')
    .split(/[\s,]+/)
    .filter((entry) => entry !== '');
