import type { Http } from './http.ts';

/** A signed request as the SDK hands it over (Smithy's `HttpRequest`). */
interface AwsRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** What every AWS client of the SDK takes as `requestHandler` (Smithy's `HttpHandler`). */
export interface AwsRequestHandler {
  handle(request: AwsRequest, options?: { readonly abortSignal?: unknown }): Promise<{ response: AwsResponse }>;
  updateHttpClientConfig(): void;
  httpHandlerConfigs(): object;
}

interface AwsResponse {
  statusCode: number;
  reason: string;
  headers: Record<string, string>;
  body: ReadableStream<Uint8Array> | Uint8Array;
}

// Not sent on: both are derived from the URL and the body, and an HTTP client refuses or doubles them.
const DERIVED = new Set(['host', 'content-length']);

/**
 * Sends what an AWS client of the SDK asks for through `http`, so that the clients are the real ones in both modes. Response
 * bodies are passed on as streams. Time-outs are the caller's: the SDK's `requestTimeout` is not read, its abort signal is.
 * @throws Unreachable, as `http` does. TypeError for a request body that is neither text nor bytes.
 */
export const awsRequestHandler = (http: Http): AwsRequestHandler => ({
  handle: async (request, options) => {
    const body = bodyOf(request);
    const signal = signalOf(options?.abortSignal);
    const response = await http(urlOf(request), {
      method: request.method,
      headers: Object.fromEntries(Object.entries(request.headers).filter(([name]) => !DERIVED.has(name.toLowerCase()))),
      ...(body === undefined ? {} : { body }),
      ...(signal ? { signal } : {}),
    });
    return {
      response: {
        statusCode: response.status,
        reason: response.statusText,
        headers: Object.fromEntries(response.headers),
        // HEAD and 204 carry none; the SDK takes an empty body for that.
        body: response.body ?? new Uint8Array(),
      },
    };
  },
  // Nothing to configure: connections and time-outs are not this handler's.
  updateHttpClientConfig: () => {},
  httpHandlerConfigs: () => ({}),
});

const escapeUri = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

/** The URL that was signed: query names and values escaped as RFC 3986 asks, which `URLSearchParams` does not. */
const urlOf = ({ protocol, hostname, port, path, query = {} }: AwsRequest): string => {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === null
      ? [escapeUri(name)]
      : (typeof value === 'string' ? [value] : value).map((one) => `${escapeUri(name)}=${escapeUri(one)}`),
  );
  const question = pairs.length > 0 ? `?${pairs.join('&')}` : '';
  return `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}${question}`;
};

const bodyOf = ({ method, hostname, body }: AwsRequest): string | Uint8Array | undefined => {
  if (body === undefined || body === null) return undefined;
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  throw new TypeError(`${method} ${hostname}: request body: expected text or bytes; streams are not sent`);
};

/** The SDK types its own minimal signal; what callers pass is always the platform's. */
const signalOf = (signal: unknown): AbortSignal | undefined => (signal instanceof AbortSignal ? signal : undefined);
