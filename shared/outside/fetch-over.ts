import type { Http } from './http.ts';

/** What packages take that speak `fetch`: requests that leave through `http`, and end with `signal` where there is one. */
export const fetchOver =
  (http: Http, signal?: AbortSignal): typeof fetch =>
  async (target, init = {}) => {
    const url = target instanceof Request ? target.url : target;
    const body = init.body ?? undefined;
    const signals = [signal, init.signal].filter((each) => each instanceof AbortSignal);
    return http(url, {
      method: init.method ?? 'GET',
      headers: Object.fromEntries(new Headers(init.headers)),
      ...(signals.length === 0 ? {} : { signal: AbortSignal.any(signals) }),
      ...(body === undefined ? {} : { body: body instanceof Uint8Array ? body : String(body) }),
    });
  };
