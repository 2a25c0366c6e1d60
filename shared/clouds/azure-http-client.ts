import { createHttpHeaders, type HttpClient, type PipelineRequest } from '@azure/core-rest-pipeline';
import type { Http } from '../outside/http.ts';

/** What every Azure client is made with: sending through `http`, trying once. `signal` ends every request of it. */
export const azureClientSettings = (
  http: Http,
  signal: AbortSignal,
): { httpClient: HttpClient; retryOptions: { maxRetries: 0 } } => ({
  retryOptions: { maxRetries: 0 },
  httpClient: {
    sendRequest: async (request) => {
      const body = bodyOf(request);
      const response = await http(request.url, {
        method: request.method,
        headers: request.headers.toJSON(),
        signal,
        ...(body === undefined ? {} : { body }),
      });
      return {
        request,
        status: response.status,
        headers: createHttpHeaders(Object.fromEntries(response.headers)),
        bodyAsText: await response.text(),
      };
    },
  },
});

const bodyOf = ({ body, method, url }: PipelineRequest): string | Uint8Array | undefined => {
  if (body === undefined || body === null) return undefined;
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  throw new TypeError(`${method} ${new URL(url).origin}: request body: expected text or bytes; streams are not sent`);
};
