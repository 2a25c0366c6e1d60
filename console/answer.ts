import type { HtmlEscapedString } from 'hono/utils/html';
import { canonicalJson, digestOf } from '../shared/rollout/digest.ts';
import { ActionRefused } from './actions.ts';
import type { Asked } from './app.ts';
import type { Asset } from './asset-files.ts';
import { errorBody } from './pages/error.ts';
import { layout, type Tab } from './pages/layout.ts';
import { wantsJson } from './read-body.ts';

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/** What a page shows: as data, and for people. */
export interface Shown {
  readonly title: string;
  readonly tab?: Tab;
  readonly view: unknown;
  readonly body: Html;
  /** After how long looking again is worth it; the client keeps to it. */
  readonly pollSeconds: number;
}

/** Where this console stands. */
export interface Place {
  readonly simulated: boolean;
  /** Whether people sign in here, and so out. */
  readonly signsIn: boolean;
}

/** A part of every ETag: pages of another version of the templates are other pages. */
const version = 1;

/** A view as a page or as JSON, or 304 when the asker has it already. The time it was made is no part of its ETag. */
export const answerView = async (shown: Shown, asked: Asked, place: Place): Promise<Response> => {
  const { title, tab, view, pollSeconds } = shown;
  const body = asked.json ? '' : String(await shown.body);
  const content = asked.json ? canonicalJson(view) : body;
  const identity = digestOf(canonicalJson([version, asked.actor.name, pollSeconds, place.simulated, content]));
  const headers = {
    etag: `W/"${identity.slice(7, 39)}"`,
    'cache-control': 'private, no-cache',
    vary: 'accept, cookie, authorization',
    'x-poll-seconds': String(pollSeconds),
  };
  if (asked.request.headers.get('if-none-match') === headers.etag) return new Response(null, { status: 304, headers });
  const at = asked.outside.clock.now();
  if (asked.json) return Response.json({ at, simulated: place.simulated, pollSeconds, view }, { headers });
  const page = layout({
    title,
    ...(tab === undefined ? {} : { tab }),
    body: shown.body,
    pollSeconds,
    at,
    who: asked.actor.name,
    ...place,
  });
  return htmlResponse(await page, 200, headers);
};

/** A page that is of no view: not looked at again, and kept nowhere. */
export const answerPage = async (title: string, body: Html, place: Place, who?: string): Promise<Response> => {
  const page = layout({ title, body, pollSeconds: 0, ...place, ...(who === undefined ? {} : { who }) });
  return htmlResponse(await page, 200, { 'cache-control': 'no-store' });
};

/** A refusal as a page or as JSON; anything else is ours, and what it says stays inside. */
export const answerError = async (error: unknown, request: Request, place: Place): Promise<Response> => {
  const refused = error instanceof ActionRefused ? error : undefined;
  const status = refused?.status ?? 500;
  const code = refused?.code ?? 'INTERNAL';
  const message = refused?.message ?? 'Tidegate could not do this; its log says why';
  const headers = { 'cache-control': 'no-store', ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}) };
  if (wantsJson(request) || new URL(request.url).pathname.endsWith('.json')) {
    return Response.json({ error: { code, message } }, { status, headers });
  }
  const body = errorBody({ status, code, message, signsIn: place.signsIn });
  return htmlResponse(await layout({ title: `Error ${status}`, body, pollSeconds: 0, ...place }), status, headers);
};

const htmlResponse = (page: HtmlEscapedString, status: number, headers: Readonly<Record<string, string>>): Response =>
  new Response(String(page), { status, headers: { ...headers, 'content-type': 'text/html; charset=utf-8' } });

/** A file of the console's own, or 304 when the asker has it. Throws `ActionRefused` where there is none. */
export const serveAsset = (asset: Asset | undefined, known: string | undefined): Response => {
  if (asset === undefined) throw new ActionRefused(404, 'NOT_FOUND', 'there is no such file');
  const headers = { 'content-type': asset.type, 'cache-control': 'no-cache', etag: asset.etag };
  return known === asset.etag ? new Response(null, { status: 304, headers }) : new Response(asset.body, { headers });
};
