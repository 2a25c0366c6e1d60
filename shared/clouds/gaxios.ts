import { gaxios } from 'google-auth-library';
import type { Http } from '../outside/http.ts';

/**
 * The transport of Google's packages, sending through `http` and trying once. `signal` ends every request of it, since most of
 * their functions take none.
 */
export const gaxiosOver = (http: Http, signal: AbortSignal): gaxios.Gaxios => {
  const transport = new gaxios.Gaxios({ fetchImplementation: fetchOver(http, signal) });
  transport.interceptors.request.add({
    // The packages ask for retries request by request; retrying is the state machine's.
    resolved: async (config) => ({ ...config, retry: false, retryConfig: { retry: 0, noResponseRetries: 0 } }),
  });
  return transport;
};

const fetchOver =
  (http: Http, signal: AbortSignal): typeof fetch =>
  async (target, init = {}) => {
    const url = target instanceof Request ? target.url : target;
    const body = init.body ?? undefined;
    return http(url, {
      method: init.method ?? 'GET',
      headers: Object.fromEntries(new Headers(init.headers)),
      signal: init.signal ? AbortSignal.any([signal, init.signal]) : signal,
      ...(body === undefined ? {} : { body: body instanceof Uint8Array ? body : String(body) }),
    });
  };
