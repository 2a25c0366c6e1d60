import type { Cluster, ClusterRequest } from '../clouds/cluster.ts';
import { isObject, type JsonObject, listAt, numberAt, textAt } from './fields.ts';
import type { LiveObject } from './live-object.ts';
import { readWarnings } from './warnings.ts';

/** What the API server answered: the object asked for, or its Status. */
export type Answer =
  | { readonly ok: true; readonly body: JsonObject; readonly warnings?: readonly string[] }
  | { readonly ok: false; readonly refused: ApiRefusal; readonly warnings?: readonly string[] };

/** A `Status` of the API server, cut to what decides. */
export interface ApiRefusal {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly causes: readonly { readonly reason: string; readonly message: string; readonly field: string }[];
  /** What the Status is about: plural resource name and object name, empty where it names none. */
  readonly details: { readonly kind: string; readonly name: string };
  readonly retryAfterSeconds?: number;
}

/**
 * Sends one request and reads its answer. A success whose body is no JSON object is not the API server's: a sign-in page, a proxy's, or
 * cut on the way. Nothing is read from it, least of all an empty list (`notOfAnApiServer`).
 * @throws ClusterUnreachable, AccessRefused as `Cluster.request` does.
 */
export const ask = async (cluster: Cluster, path: string, init: ClusterRequest): Promise<Answer> => {
  const response = await cluster.request(path, {
    ...init,
    headers: { accept: 'application/json', ...init.headers },
  });
  const text = await response.text();
  const found = readWarnings(response.headers.get('warning'));
  const warned = found.length === 0 ? {} : { warnings: found };
  if (!response.ok) {
    const refused = readRefusal(response.status, text, response.headers.get('retry-after'));
    return { ok: false, refused: { ...refused, message: `${refused.message}${fairness(response)}` }, ...warned };
  }
  const body = objectIn(text);
  return body === undefined ? { ok: false, refused: notOfAnApiServer(text) } : { ok: true, body, ...warned };
};

/** An answer that no API server gives, as trouble of the way to it: it may be another the next time. */
export const notOfAnApiServer = (text: string): ApiRefusal => {
  const begin = text.trim().slice(0, 60).replaceAll(/\s+/g, ' ');
  const message = begin === '' ? 'an empty answer' : `what no API server answers: ${begin}`;
  return { code: 502, reason: 'NotOfAnApiServer', message, causes: [], details: { kind: '', name: '' } };
};

/** Of a 429, who in the API server's priority and fairness refused it: what an administrator looks the identity's share up by. */
const fairness = ({ status, headers }: Response): string => {
  const level = headers.get('x-kubernetes-pf-prioritylevel-uid');
  const schema = headers.get('x-kubernetes-pf-flowschema-uid');
  if (status !== 429 || level === null) return '';
  return ` (priority level ${level}, flow schema ${schema ?? 'unknown'})`;
};

/** Reads one object; `undefined` when it, its namespace or its kind is not there. @throws ApiServerRefused otherwise. */
export const getObject = async (
  cluster: Cluster,
  path: string,
  signal: AbortSignal,
): Promise<LiveObject | undefined> => {
  const answer = await ask(cluster, path, { signal });
  if (answer.ok) return liveObject(answer.body);
  if (answer.refused.code === 404) return undefined;
  throw new ApiServerRefused(cluster.target, `GET ${path}`, answer.refused);
};

/** The body of an answer to a request about one object. The API server's contract makes it one. */
export const liveObject = (body: JsonObject): LiveObject => body as JsonObject & LiveObject;

/** The API server was asked and did not answer: it was busy, in trouble, or does not let us read what the work needs. */
export class ApiServerRefused extends Error {
  override readonly name = 'ApiServerRefused';
  readonly refused: ApiRefusal;
  constructor(target: string, request: string, refused: ApiRefusal) {
    super(`${target}: ${request.split('?')[0]} answered ${refused.code} ${refused.reason}: ${refused.message}`);
    this.refused = refused;
  }
}

const objectIn = (text: string): JsonObject | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

/** Reads a Status; a body that is none (a proxy's page) is cut to its first 200 characters. */
export const readRefusal = (code: number, text: string, retryAfter: string | null): ApiRefusal => {
  const status = objectIn(text) ?? {};
  const after = Number.parseInt(retryAfter ?? '', 10);
  const seconds = Number.isNaN(after) ? numberAt(status, 'details', 'retryAfterSeconds') : after;
  return {
    code,
    reason: textAt(status, 'reason') ?? '',
    message: textAt(status, 'message') ?? text.slice(0, 200),
    causes: listAt(status, 'details', 'causes').map((cause) => ({
      reason: textAt(cause, 'reason') ?? '',
      message: textAt(cause, 'message') ?? '',
      field: textAt(cause, 'field') ?? '',
    })),
    details: { kind: textAt(status, 'details', 'kind') ?? '', name: textAt(status, 'details', 'name') ?? '' },
    ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }),
  };
};
