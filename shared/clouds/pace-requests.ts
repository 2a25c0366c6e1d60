import type { Clock } from '../outside/clock.ts';
import type { Cluster, ClusterRequest } from './cluster.ts';
import { firstWindow, nextWindow, type RequestWindow } from './next-window.ts';
import { limitBody } from './time-limit.ts';

/** How often a request that changes nothing is sent, and the longest that all its waiting may take, in milliseconds. */
const attempts = 5;
const longestWaitMs = 30_000;
const firstWaitMs = 250;

/**
 * A cluster that is asked no more at a time than it takes: between 1 and 16 requests in flight, fewer after each 429, more again with each
 * answer, none before the time that `Retry-After` names. A request that changes nothing (a GET, a dry run) is sent again where the server
 * was busy or not there for a moment (429, 503; of a GET also 500, 502, 504), up to 5 times in 30 s; every other answer, and every answer
 * to a write, is the caller's, who asks first whether it may write again. A watch is open for long and takes no place; every other answer
 * keeps its place until its body was read or let go, which the caller has to do.
 */
export const paceRequests = (cluster: Cluster, clock: Clock): Cluster => {
  const gate = openGate(clock);
  const sendOnce = async (path: string, init: ClusterRequest): Promise<Response> => {
    await gate.enter(init.signal);
    const begunAt = clock.now();
    try {
      const response = await cluster.request(path, init);
      const retryAfterMs = waitAskedFor(response);
      gate.learn({
        ...{ status: response.status, begunAt, now: clock.now() },
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      });
      // Until its body is read the connection is not free, and the next request would open another.
      return limitBody(response, once(gate.leave), (error) => error);
    } catch (error) {
      gate.leave();
      throw error;
    }
  };
  return {
    target: cluster.target,
    turn: async (signal) => {
      await gate.enter(signal);
      gate.leave();
    },
    request: async (path, init = {}) => {
      if (isWatch(path)) return cluster.request(path, init);
      const until = clock.now() + longestWaitMs;
      for (let attempt = 1; ; attempt++) {
        const response = await sendOnce(path, init);
        if (!mayRepeat(path, init, response.status) || attempt >= attempts) return response;
        const waitMs = waitAskedFor(response) ?? firstWaitMs * 2 ** (attempt - 1);
        if (clock.now() + waitMs > until) return response;
        await response.body?.cancel();
        await clock.sleep(waitMs, init.signal);
      }
    },
  };
};

const once = (run: () => void): (() => void) => {
  let isDone = false;
  return () => {
    if (!isDone) run();
    isDone = true;
  };
};

const queryOf = (path: string): URLSearchParams => new URL(path, 'https://cluster').searchParams;
/** Whether the request for this path stays open to be told of changes. */
export const isWatch = (path: string): boolean => ['true', '1'].includes(queryOf(path).get('watch') ?? '');

/** A dry run is answered 500 for good where its fields do not fit the schema; a GET is not. */
const mayRepeat = (path: string, { method = 'GET' }: ClusterRequest, status: number): boolean => {
  if (method === 'GET') return [429, 500, 502, 503, 504].includes(status);
  return queryOf(path).get('dryRun') === 'All' && [429, 503].includes(status);
};

/** Milliseconds; the API server says whole seconds. A date, as a proxy may say, is taken for nothing said. */
const waitAskedFor = ({ headers }: Response): number | undefined => {
  const text = headers.get('retry-after') ?? '';
  return /^\d{1,4}$/.test(text) ? Number(text) * 1000 : undefined;
};

/** Lets as many in as the window has room for, in the order they came. */
const openGate = (clock: Clock) => {
  let window: RequestWindow = firstWindow;
  let inside = 0;
  let isWaking = false;
  const waiting: (() => void)[] = [];
  const admit = () => {
    const waitMs = window.notBefore - clock.now();
    if (waiting.length > 0 && waitMs > 0) {
      if (isWaking) return;
      isWaking = true;
      clock.after(waitMs, () => {
        isWaking = false;
        admit();
      });
      return;
    }
    while (waiting.length > 0 && inside < Math.floor(window.size)) {
      inside += 1;
      waiting.shift()?.();
    }
  };
  return {
    /** Rejects with the signal's reason when it aborts before there is room. */
    enter: (signal: AbortSignal | undefined): Promise<void> =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(signal.reason);
          return;
        }
        const enter = () => {
          signal?.removeEventListener('abort', abort);
          resolve();
        };
        const abort = () => {
          waiting.splice(waiting.indexOf(enter), 1);
          reject(signal?.reason);
        };
        signal?.addEventListener('abort', abort, { once: true });
        waiting.push(enter);
        admit();
      }),
    learn: (answered: Parameters<typeof nextWindow>[1]): void => {
      window = nextWindow(window, answered);
    },
    leave: (): void => {
      inside -= 1;
      admit();
    },
  };
};
