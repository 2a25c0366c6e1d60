import * as z from 'zod/mini';
import { ActionRefused } from '../../console/actions.ts';
import type { Elsewhere } from './console-actions.ts';

/** A request as API Gateway's HTTP API hands it over (payload version 2.0), as far as it is read here. */
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

/** The API's own routes lead deliveries and diagnoses to their functions, so none comes by another. */
const refuse = async (): Promise<never> => {
  throw new ActionRefused(404, 'NOT_FOUND', 'this is not taken here');
};
export const elsewhere: Elsewhere = {
  ...{ receiveMerge: refuse, receiveArtifact: refuse, receiveAlerts: refuse, receiveTest: refuse },
  diagnose: refuse,
};
