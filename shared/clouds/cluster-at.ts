import { Unreachable } from '../outside/http.ts';
import type { CloudsOutside } from './clouds-outside.ts';
import {
  AccessRefused,
  type Cluster,
  type ClusterRequest,
  ClusterUnreachable,
  type ResolvedTarget,
} from './cluster.ts';
import { type Credential, keepCredential, type Mint } from './credential.ts';
import { most } from './next-window.ts';
import { isWatch, paceRequests } from './pace-requests.ts';
import { limitBody, limitTime, timeLimit } from './time-limit.ts';

/**
 * Where a cluster of a kubeconfig may be: whoever wrote the file on this machine named its server, and most are not public. Never the
 * link-local addresses that metadata services answer at.
 */
const kubeconfigRanges = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '::1/128',
  'fc00::/7',
];

/** The private ranges that the API server of a target may be in. */
export const rangesOf = ({ locator, allow = [] }: Pick<ResolvedTarget, 'locator' | 'allow'>): readonly string[] => [
  ...('kubeconfig' in locator ? kubeconfigRanges : []),
  ...allow,
];

/** Waits for `pending`, but not beyond the caller's abort: others may be waiting for the same. */
const unlessAborted = async <T>(pending: Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
  if (!signal) return pending;
  signal.throwIfAborted();
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([pending, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
};

/**
 * A cluster where its plan says it answers, asked with the credential that `mint` brings. Nothing is sent until the first request; the
 * credential is minted then, kept in the returned value until 80 % of its life, and replaced once when the cluster refuses it. An answer
 * that is not whole within 15 s, for a watch within its `timeoutSeconds` and 15 s, is `ClusterUnreachable`. Asked no more at a time than it
 * takes (`pace-requests.ts`). Nothing needs closing.
 */
export const clusterAt = (
  target: ResolvedTarget,
  mint: Mint,
  outside: Pick<CloudsOutside, 'clock' | 'http'>,
): Cluster => paceRequests(unpaced(target, mint, outside), outside.clock);

const unpaced = (target: ResolvedTarget, mint: Mint, outside: Pick<CloudsOutside, 'clock' | 'http'>): Cluster => {
  const { server, ca, serverName } = target.endpoint;
  const allow = rangesOf(target);
  const kept = keepCredential(outside.clock, mint);

  const send = async (credential: Credential, path: string, init: ClusterRequest): Promise<Response> => {
    const { token, tls } = credential;
    const subject = `target ${target.name}: ${init.method ?? 'GET'} ${path}`;
    const limit = limitTime(outside.clock, timeLimit(path), init.signal);
    const failure = (error: unknown): unknown => {
      if (init.signal?.aborted) return init.signal.reason;
      if (limit.isOver()) {
        return new ClusterUnreachable(
          `${subject}: no whole answer within ${timeLimit(path) / 1000} s; the connection was taken and then nothing came`,
          { cause: error },
        );
      }
      return error instanceof Unreachable
        ? new ClusterUnreachable(`${subject}: ${error.message}`, { cause: error })
        : error;
    };
    try {
      const response = await outside.http(`${server}${path}`, {
        ...(init.method === undefined ? {} : { method: init.method }),
        headers: {
          accept: 'application/json',
          ...init.headers,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        ...(init.body === undefined ? {} : { body: init.body }),
        signal: limit.signal,
        tls: { ...tls, ...(ca === undefined ? {} : { ca }), ...(serverName === undefined ? {} : { serverName }) },
        allow,
        // A watch holds its connection for long, and is not to stand in anybody's way.
        ...(isWatch(path) ? {} : { connections: most }),
      });
      return limitBody(response, limit.end, failure);
    } catch (error) {
      limit.end();
      throw failure(error);
    }
  };

  const refused = (path: string) =>
    new AccessRefused(
      `target ${target.name}: ${path}: 401, our identity is not known to the cluster; ` +
        'expected an access entry or role binding for it there',
    );

  return {
    target: target.name,
    request: async (path, init = {}) => {
      if (!path.startsWith('/'))
        throw new TypeError(`target ${target.name}: path ${path}: expected it to start with /`);
      const credential = await unlessAborted(kept.current(), init.signal);
      const response = await send(credential, path, init);
      if (response.status !== 401) return response;
      await response.body?.cancel();

      const fresh = await unlessAborted(kept.replace(credential), init.signal);
      if (fresh.token === credential.token) throw refused(path);
      const second = await send(fresh, path, init);
      if (second.status !== 401) return second;
      await second.body?.cancel();
      throw refused(path);
    },
  };
};
