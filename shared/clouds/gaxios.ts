import { gaxios } from 'google-auth-library';
import { fetchOver } from '../outside/fetch-over.ts';
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
