import type { Context, Hono } from 'hono';
import type { Actor } from '../shared/access/authorise.ts';
import { ActionRefused } from './actions.ts';
import { terminalBody, terminalGranted } from './pages/terminal.ts';
import { readFields, verifierFields } from './read-body.ts';

/** How people with a browser sign in, and let a terminal act as them. What throws says so by `ActionRefused`. */
export interface SignIn {
  /** Where the browser is to go, and a cookie for when it is back at `to`. */
  begin(to: string): Promise<{ readonly location: string; readonly cookie: string }>;
  /** The browser is back from the issuer: the cookies of its session, and where it wanted to go. */
  finish(request: Request): Promise<{ readonly to: string; readonly cookies: readonly string[] }>;
  /** Ends the session of a browser or a terminal; the cookie that forgets it. */
  end(request: Request): Promise<string>;
  /** What a person compares with what their terminal shows; `undefined` for what no terminal shows. */
  codeOf(challenge: string): string | undefined;
  /** By who has signed in for this request. Throws `ActionRefused` for whoever brings something else than a session. */
  grant(challenge: string, actor: Actor, request: Request): Promise<void>;
  /** The session that a person has granted the terminal which keeps this; `undefined`: not yet. */
  collect(verifier: string): Promise<TerminalSession | undefined>;
}

/** What a terminal keeps. */
export interface TerminalSession {
  /** A credential. */
  readonly token: string;
  readonly name: string;
  /** Epoch milliseconds. */
  readonly until: number;
}

/** What the routes take of the console that they are part of. */
interface Routed {
  readonly app: Hono;
  readonly signIn: SignIn;
  /** Where the issuer sends people back to. An address of the API leads here as well, and a cookie is of one host. */
  readonly origin: string;
  /** Who asks, for a page or an action of their own. Throws `ActionRefused`. */
  readonly known: (request: Request) => Promise<Actor>;
  /** Throws `ActionRefused` for a request that a page of somebody else's made. */
  readonly fromHere: (request: Request) => void;
  readonly show: (title: string, body: ReturnType<typeof terminalBody>, actor: Actor) => Promise<Response>;
}

const noStore = { 'cache-control': 'no-store' };

/** Where somebody is sent who has to sign in first, to come back to where they wanted to be. */
export const signInPath = (request: Request): string => {
  const { pathname, search } = new URL(request.url);
  return `/sign-in?to=${encodeURIComponent(pathname + search)}`;
};

/** Whether a request is a person's who goes to a page, and can be sent to another. */
export const isNavigation = ({ method, headers }: Request): boolean =>
  method === 'GET' && headers.get('sec-fetch-mode') === 'navigate' && headers.get('sec-fetch-dest') === 'document';

/** Only a path of this console: whoever signs in is not sent to a place that a link named. */
const ownPath = (given: string | undefined, origin: string): string => {
  const url = URL.parse(given ?? '/', origin);
  // `/.//host` is a path of this origin, and as an address to go to another host.
  const isWay = url !== null && /^\/(\/|sign-in(\/callback)?$|sign-out$|signed-out$)/.test(url.pathname);
  return url?.origin === origin && !isWay ? `${url.pathname}${url.search}` : '/';
};

/** The ways in and out: `/sign-in`, where the issuer sends people back to, `/sign-out`, and the page on which a terminal is let in. */
export const addSignIn = ({ app, signIn, origin, known, fromHere, show }: Routed): void => {
  const redirect = (location: string, cookies: readonly string[], status: 302 | 303): Response => {
    const headers = new Headers({ ...noStore, location });
    for (const cookie of cookies) headers.append('set-cookie', cookie);
    return new Response(null, { status, headers });
  };
  const challenge = (c: Context): { readonly challenge: string; readonly code: string } => {
    const given = c.req.param('challenge') ?? '';
    const code = signIn.codeOf(given);
    if (code === undefined)
      throw new ActionRefused(404, 'NOT_FOUND', 'no terminal shows this link; run tidegate login again');
    return { challenge: given, code };
  };

  app.get('/sign-in', async (c) => {
    const asked = new URL(c.req.url);
    const to = ownPath(c.req.query('to'), asked.origin);
    if (asked.hostname !== new URL(origin).hostname) {
      return redirect(`${origin}/sign-in?to=${encodeURIComponent(to)}`, [], 302);
    }
    const { location, cookie } = await signIn.begin(to);
    return redirect(location, [cookie], 302);
  });
  app.get('/sign-in/callback', async (c) => {
    const { to, cookies } = await signIn.finish(c.req.raw);
    return redirect(to, cookies, 303);
  });
  app.post('/sign-out', async (c) => {
    fromHere(c.req.raw);
    const forget = await signIn.end(c.req.raw);
    return c.req.header('accept')?.includes('text/html')
      ? redirect('/signed-out', [forget], 303)
      : Response.json({ status: 'signed-out' }, { headers: { ...noStore, 'set-cookie': forget } });
  });
  app.get('/sign-in/terminal/:challenge', async (c) => {
    const { challenge: shown, code } = challenge(c);
    const actor = await known(c.req.raw);
    return show('Let a terminal in', terminalBody({ challenge: shown, code, name: actor.name }), actor);
  });
  app.post('/sign-in/terminal/:challenge', async (c) => {
    fromHere(c.req.raw);
    const { challenge: shown } = challenge(c);
    const actor = await known(c.req.raw);
    await signIn.grant(shown, actor, c.req.raw);
    return show('The terminal is in', terminalGranted(actor.name), actor);
  });
  // A terminal has no cookie that a page of somebody else's could make a browser send.
  app.post('/sign-in/terminal', async (c) => {
    const { verifier } = await readFields(c.req.raw, verifierFields);
    const session = await signIn.collect(verifier);
    return session === undefined
      ? Response.json({ status: 'waiting' }, { status: 202, headers: noStore })
      : Response.json({ status: 'signed-in', ...session }, { headers: noStore });
  });
};
