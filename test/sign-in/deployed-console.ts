import { serveConsole } from '../../functions/serve-console.ts';
import { simulatedNetwork } from '../../local/network.ts';
import { openPlace } from '../intake/place.ts';
import { consoleUrl, issuerHost, openIssuer } from './issuer.ts';
import { userAgent } from './user-agent.ts';

/** A deployed console that knows a real issuer, and a browser that can reach both. */
export const openDeployedConsole = async (
  given: Parameters<typeof openIssuer>[0] & { readonly kept?: string } = {},
) => {
  const url = given.console ?? consoleUrl;
  const issuer = await openIssuer(given);
  const place = await openPlace();
  if (given.kept !== undefined) place.secret('console-client-secret', given.kept);
  /** What it writes into its log of what it could not do. */
  const logged: object[] = [];
  /** And of who came in, and who did not. */
  const noted: object[] = [];
  const note = (text: string, more: object = {}) => void noted.push({ text, ...more });
  let skipped = 0;
  const clock = { ...place.outside.clock, now: () => Date.now() + skipped };
  const outside = {
    ...place.outside,
    clock,
    log: {
      ...{ info: note, warn: note },
      error: (text: string, more: object = {}) => void logged.push({ text, ...more }),
    },
    http: simulatedNetwork({ routes: [{ host: issuerHost, handle: issuer.handle }], fallback: 'refuse' }),
    settings: {
      ...place.outside.settings,
      console: url,
      signIn: { issuer: issuer.issuer, audience: 'tidegate', clientId: 'tidegate' },
    },
  };
  const serve = serveConsole(outside);
  const site = async (request: Request): Promise<Response> => {
    const { pathname, search, hostname } = new URL(request.url);
    const { cookie, ...headers } = Object.fromEntries(request.headers);
    const event = {
      ...{ version: '2.0', rawPath: pathname, rawQueryString: search.slice(1), headers },
      ...(cookie === undefined ? {} : { cookies: cookie.split('; ') }),
      ...(request.method === 'POST' ? { body: await request.text() } : {}),
      isBase64Encoded: false,
      requestContext: { domainName: hostname, http: { method: request.method } },
    };
    const answer = (await serve(event, { getRemainingTimeInMillis: () => 29_000 })) as {
      readonly statusCode: number;
      readonly headers: Record<string, string>;
      readonly cookies: readonly string[];
      readonly body: string;
    };
    const told = new Headers(answer.headers);
    for (const line of answer.cookies) told.append('set-cookie', line);
    const body = Buffer.from(answer.body, 'base64');
    return new Response(body.length === 0 ? null : body, { status: answer.statusCode, headers: told });
  };
  const browser = () => userAgent({ [new URL(url).hostname]: site, [issuerHost]: issuer.handle });
  const ask = (path: string, headers: Readonly<Record<string, string>> = {}, body?: object) =>
    site(
      new Request(url + path, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { accept: 'application/json', ...(body && { 'content-type': 'application/json' }), ...headers },
        ...(body && { body: JSON.stringify(body) }),
      }),
    );
  return {
    ...{ issuer, site, browser, ask, logged, noted, ledger: outside.ledger },
    skip: (ms: number) => (skipped += ms),
    close: () => {
      issuer.close();
      place.close();
    },
  };
};
