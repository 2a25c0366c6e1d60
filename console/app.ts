import { Hono } from 'hono';
import type { Actor, LimitedAction, Permission } from '../shared/access/authorise.ts';
import { hiddenFrom, mayDo, openPolicy } from '../shared/access/policy.ts';
import type { Anchor } from '../shared/audit/anchor.ts';
import { readAccess } from '../shared/ledger/access.ts';
import { recordAudit } from '../shared/ledger/audit.ts';
import type { Executions } from '../shared/outside/executions.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { withoutTargets } from '../shared/rollout/without-targets.ts';
import { acting } from './acting.ts';
import { ActionRefused, type Actions } from './actions.ts';
import { answerError, answerPage, answerView, type Shown, serveAsset } from './answer.ts';
import { type Assets, readAssets } from './asset-files.ts';
import { deliver } from './deliver.ts';
import { exposition, formatFor, formats } from './figures/exposition.ts';
import { figures } from './figures/figures.ts';
import { signedOut } from './pages/terminal.ts';
import { wantsJson } from './read-body.ts';
import { readFigures } from './rows/read-figures.ts';
import { overTls, refuseCrossSite, securityHeaders } from './security.ts';
import { addSignIn, isNavigation, type SignIn, signInPath } from './sign-in.ts';

export interface ConsoleOptions {
  readonly outside: Pick<Outside, 'ledger' | 'blobs' | 'clock' | 'settings'> & Partial<Pick<Outside, 'log'>>;
  /** Who sends a request, by its cookie or its bearer token; `undefined` for nobody that is known. Throws `ActionRefused` where it can be said why. */
  readonly identify: (request: Request) => Promise<Actor | undefined>;
  /** Absent where there is no issuer to sign in at: on one machine. */
  readonly signIn?: SignIn;
  readonly actions: Actions;
  /** Absent where executions are looked at elsewhere: in the console of AWS. */
  readonly executions?: Executions;
  /** Heads of the audit log that are kept outside the ledger. Absent: none is known. */
  readonly heads?: Anchor['list'];
  /** What GET shows, by its path. Absent for who only acts, so that no bundle has pages which it never shows. */
  readonly pages?: Readonly<Record<string, Read>>;
  /** Where they are not found beside this module, as in a bundle. */
  readonly assets?: Assets;
}

/** A request of somebody who may make it. */
export interface Asked {
  readonly request: Request;
  readonly actor: Actor;
  /** What the path names, without `.json`. */
  readonly id: string;
  /** Whether a program asks. */
  readonly json: boolean;
  readonly outside: ConsoleOptions['outside'];
  readonly actions: Actions;
  readonly executions?: Executions;
  readonly heads: Anchor['list'];
  /** What they may do, and else why not. */
  readonly may: May;
  /** Private targets that they may not see. */
  readonly hidden: ReadonlySet<string>;
}

export type May = (action: LimitedAction) => Permission;

export type Read = (asked: Asked) => Promise<Shown>;
export type Act = (asked: Asked) => Promise<Response>;

const nobody: Actor = { name: '', kind: 'machine', roles: [] };

/**
 * The console: pages for people, the same paths with `.json` for programs, and the hooks. Reads the ledger; changes nothing but
 * through `actions`, and never on GET. The caller checks the Host header. Never rejects: what goes wrong inside is logged and answered
 * with a 500 that says nothing of it.
 */
export const createConsole = (options: ConsoleOptions): { fetch(request: Request): Promise<Response> } => {
  const { outside, actions } = options;
  const assets = options.assets ?? readAssets();
  const consoleOrigin = new URL(outside.settings.console).origin;
  const { signIn } = options;
  const place = { simulated: outside.settings.simulated, signsIn: signIn !== undefined };

  const ask = async (request: Request, action: LimitedAction, id = ''): Promise<Asked> => {
    const actor = (await options.identify(request)) ?? nobody;
    // Nobody is refused before anything is read for them.
    const policy = actor === nobody ? openPolicy : await readAccess(outside.ledger);
    const may: May = (asked) => mayDo(actor, asked, policy);
    const permission = may(action);
    if (!permission.allowed) throw new ActionRefused(actor === nobody ? 401 : 403, 'NOT_ALLOWED', permission.because);
    const json = id.endsWith('.json') || new URL(request.url).pathname.endsWith('.json') || wantsJson(request);
    const { executions } = options;
    const who = { actor, may, hidden: hiddenFrom(actor, policy) };
    return {
      ...who,
      request,
      id: id.replace(/\.json$/, ''),
      json,
      outside,
      actions,
      heads: options.heads ?? (async () => []),
      ...(executions && { executions }),
    };
  };

  /** Somebody known asked for what they may not do. Once a minute, so that nobody fills the log by asking. */
  const keepRefusal = async (about: string, { message }: ActionRefused, request: Request): Promise<void> => {
    const { name } = (await options.identify(request).catch(() => undefined)) ?? nobody;
    if (name === '') return;
    const at = outside.clock.now();
    const minute = Math.floor(at / 60_000);
    const entry = {
      id: `refused ${minute} ${name} ${about}`,
      at,
      actor: name,
      action: 'refused',
      text: message,
      about,
    };
    await recordAudit(outside.ledger, entry).catch((thrown: unknown) => {
      outside.log?.error('refusal not kept', { because: String(thrown) });
    });
  };

  const fromHere = (request: Request): void => {
    const refused = refuseCrossSite(request.headers, [new URL(request.url).origin, consoleOrigin]);
    if (refused !== undefined) throw new ActionRefused(403, 'CROSS_SITE', `${refused}; nothing was done`);
  };

  const app = new Hono();
  app.get('/assets/:name', (c) => serveAsset(assets[c.req.param('name')], c.req.header('if-none-match')));
  for (const [path, read] of Object.entries(options.pages ?? {})) {
    app.get(path, async (c) => {
      const asked = await ask(c.req.raw, 'read', c.req.param('id'));
      return answerView(await read(asked), asked, place);
    });
  }
  app.get('/metrics', async (c) => {
    const { hidden } = await ask(c.req.raw, 'read');
    const format = formatFor(c.req.header('accept') ?? null);
    const families = withoutTargets(figures(await readFigures(outside), outside.clock.now()), hidden);
    const headers = { 'content-type': formats[format], 'cache-control': 'no-store' };
    return new Response(exposition(families, format), { headers });
  });
  for (const { path, action, act } of acting) {
    app.post(path, async (c) => {
      fromHere(c.req.raw);
      try {
        return await act(await ask(c.req.raw, action, c.req.param('id')));
      } catch (error) {
        if (error instanceof ActionRefused && error.status === 403) await keepRefusal(c.req.path, error, c.req.raw);
        throw error;
      }
    });
  }
  if (signIn !== undefined) {
    const known = async (request: Request): Promise<Actor> => (await ask(request, 'read')).actor;
    addSignIn({
      app,
      signIn,
      origin: consoleOrigin,
      known,
      fromHere,
      show: (title, body, actor) => answerPage(title, body, place, actor.name),
    });
    app.get('/signed-out', () => answerPage('Signed out', signedOut, place));
  }
  app.post('/hooks/merge', (c) => deliver(c.req.raw, actions.receiveMerge));
  app.post('/hooks/artifact', (c) => deliver(c.req.raw, actions.receiveArtifact));
  app.post('/hooks/tests/:id', (c) => deliver(c.req.raw, actions.receiveTest));
  app.post('/hooks/alerts', (c) => deliver(c.req.raw, actions.receiveAlerts));
  app.notFound((c) => answerError(new ActionRefused(404, 'NOT_FOUND', 'there is no such page'), c.req.raw, place));
  app.onError((error, c) => {
    if (!(error instanceof ActionRefused)) {
      outside.log?.error('console', { path: c.req.path, error: error.name, because: error.message });
    }
    if (error instanceof ActionRefused && error.status === 401 && signIn !== undefined && isNavigation(c.req.raw)) {
      return new Response(null, {
        status: 302,
        headers: { location: signInPath(c.req.raw), 'cache-control': 'no-store' },
      });
    }
    return answerError(error, c.req.raw, place);
  });

  const headers = consoleOrigin.startsWith('https:') ? { ...securityHeaders, ...overTls } : securityHeaders;
  return {
    fetch: async (request) => {
      const response = await app.fetch(request);
      for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
      return response;
    },
  };
};
