import type { Connection } from './connection.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { Stop } from './stop.ts';

/** Questions and orders to one instance. All throw `Stop` with the exit code that fits what was answered. */
export interface Client {
  readonly connection: Connection;
  /** The view behind a page, by its path without `.json`. */
  view<View>(path: string): Promise<View>;
  post<Result>(path: string, fields: Readonly<Record<string, string>>): Promise<Result>;
}

/** A view may be made while the instance works hard; it is never this slow. A plan asks every cluster. */
const timeoutMs = 120_000;

/** A client of the instance behind `connection`. */
export const createClient = (connection: Connection, interrupted: AbortSignal): Client => {
  const ask = async (path: string, init: { method: string; body?: string }): Promise<unknown> => {
    const headers = {
      accept: 'application/json',
      ...(connection.token === undefined ? {} : { authorization: `Bearer ${connection.token}` }),
      ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const signal = AbortSignal.any([interrupted, AbortSignal.timeout(timeoutMs)]);
    const response = await fetch(connection.url + path, { ...init, headers, signal, redirect: 'error' }).catch(
      (error: unknown) => {
        if (interrupted.aborted) throw error;
        throw unreachable(connection.url, error);
      },
    );
    const body: unknown = await response.json().catch(() => undefined);
    if (!response.ok) throw refusal(response.status, body, connection.url);
    return body;
  };
  return {
    connection,
    view: async <View>(path: string) => ((await ask(path, { method: 'GET' })) as { readonly view: View }).view,
    post: async <Result>(path: string, fields: Readonly<Record<string, string>>) =>
      (await ask(path, { method: 'POST', body: JSON.stringify(fields) })) as Result,
  };
};

const unreachable = (url: string, error: unknown): Stop => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
  return new Stop(
    exitCodes.badInput,
    'NO_INSTANCE',
    `no instance answers at ${url} (${cause}): start one with \`tidegate start\`, or name another with --url`,
  );
};

const exitOf: Readonly<Record<number, ExitCode>> = {
  400: exitCodes.badInput,
  401: exitCodes.signIn,
  403: exitCodes.refused,
  404: exitCodes.badInput,
  409: exitCodes.refused,
  422: exitCodes.badInput,
};

const refusal = (status: number, body: unknown, url: string): Stop => {
  const { code, message } = errorIn(body) ?? { code: 'UNREADABLE', message: `${url} answered ${status}` };
  const way =
    status === 401 && url.startsWith('https:')
      ? ` (\`tidegate login --url ${url}\`, or a token in TIDEGATE_TOKEN)`
      : '';
  return new Stop(exitOf[status] ?? exitCodes.ourError, code, `${message}${way}`);
};

const errorIn = (body: unknown): { readonly code: string; readonly message: string } | undefined => {
  if (typeof body !== 'object' || body === null || !('error' in body)) return undefined;
  const { error } = body;
  if (typeof error !== 'object' || error === null || !('code' in error) || !('message' in error)) return undefined;
  return { code: String(error.code), message: String(error.message) };
};
