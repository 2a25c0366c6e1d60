/** Answers requests to a host. */
type Site = (request: Request) => Promise<Response>;

export interface Visit {
  readonly url: URL;
  readonly status: number;
  readonly text: string;
}

/**
 * A browser as far as signing in takes one: goes where links, forms and redirects lead, says of each request what browsers say of theirs, and keeps the cookies
 * of each host.
 */
export const userAgent = (sites: Readonly<Record<string, Site>>) => {
  const jars = new Map<string, Map<string, string>>();
  const jarOf = (host: string) => jars.get(host) ?? jars.set(host, new Map()).get(host) ?? new Map<string, string>();

  const send = async (url: URL, init: RequestInit, from: string): Promise<Response> => {
    const site = sites[url.hostname];
    if (site === undefined) throw new Error(`no site ${url.hostname}`);
    const jar = jarOf(url.hostname);
    const headers = new Headers({
      accept: 'text/html',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
      ...init.headers,
    });
    headers.set('sec-fetch-site', from === url.origin ? 'same-origin' : 'cross-site');
    if (init.method === 'POST') headers.set('origin', from);
    if (jar.size > 0) headers.set('cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '));
    const response = await site(new Request(url, { ...init, headers }));
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      const isGone = /;\s*(max-age=0|expires=Thu, 01 Jan 1970)/i.test(line);
      if (isGone) jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  };
  const follow = async (start: URL, init: RequestInit = {}, from: string = start.origin): Promise<Visit> => {
    let url = start;
    let response = await send(url, init, from);
    for (let hops = 0; response.status >= 300 && response.status < 400; hops += 1) {
      if (hops === 20) throw new Error(`redirected for ever: ${url.href}`);
      const next = new URL(response.headers.get('location') ?? '', url);
      response = await send(next, {}, url.origin);
      url = next;
    }
    return { url, status: response.status, text: await response.text() };
  };
  return {
    cookies: jarOf,
    go: (address: string): Promise<Visit> => follow(new URL(address)),
    /** Sends the first form of a page that posts, with what it holds and what is typed. */
    submit: ({ url, text }: Visit, typed: Readonly<Record<string, string>> = {}): Promise<Visit> => {
      const [, action, inside = ''] =
        /<form[^>]*action="([^"]*)"[^>]*method="post"[^>]*>(.*?)<\/form>/s.exec(text) ??
        /<form[^>]*method="post"[^>]*action="([^"]*)"[^>]*>(.*?)<\/form>/s.exec(text) ??
        [];
      if (action === undefined) throw new Error(`no form on ${url.href}: ${text.slice(0, 500)}`);
      const held = [...inside.matchAll(/<input[^>]*type="hidden"[^>]*name="([^"]*)"[^>]*value="([^"]*)"/g)].map(
        ([, name = '', value = '']) => [name, value] as const,
      );
      const body = new URLSearchParams([...held, ...Object.entries(typed)].map(([name, value]) => [name, value]));
      return follow(
        new URL(action, url),
        { method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded' } },
        url.origin,
      );
    },
  };
};
