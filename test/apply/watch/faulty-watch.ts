import type { ClusterRequest } from '../../../shared/clouds/cluster.ts';

type Ask = (path: string, init?: ClusterRequest) => Promise<Response>;

/** What happens to one watch on its way. */
export type Fault =
  /** The connection is cut after so many bytes, wherever that is. */
  | { readonly cutAfter: number }
  /** What comes is cut into pieces of so many bytes, characters too. */
  | { readonly piecesOf: number }
  /** The connection is half open: nothing ever comes of it. */
  | 'silence'
  /** It never reaches the server. */
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> };

/** A server between which and its client something cuts, splinters and refuses watches: `faultOf` is asked about each, in order. */
export const faultyWatch = (ask: Ask, faultOf: (path: string, place: number) => Fault | undefined): Ask => {
  const places = new Map<string, number>();
  return async (path, init) => {
    if (!path.includes('watch=true')) return ask(path, init);
    const collection = path.split('?')[0] ?? '';
    const place = places.get(collection) ?? 0;
    places.set(collection, place + 1);
    const fault = faultOf(collection, place);
    if (fault === undefined) return ask(path, init);
    if (fault === 'silence') return new Response(silent(init?.signal));
    if ('status' in fault) return Response.json({ reason: 'No', message: 'not you' }, fault);
    const answered = await ask(path, init);
    const transform = 'cutAfter' in fault ? cut(fault.cutAfter) : splinter(fault.piecesOf);
    return new Response(answered.body?.pipeThrough(transform), { status: answered.status, headers: answered.headers });
  };
};

const silent = (signal: AbortSignal | undefined): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start: (controller) => signal?.addEventListener('abort', () => controller.error(signal.reason)),
  });

const cut = (after: number): TransformStream<Uint8Array, Uint8Array> => {
  let left = after;
  return new TransformStream({
    transform: (chunk, controller) => {
      controller.enqueue(chunk.subarray(0, left));
      left -= chunk.length;
      if (left <= 0) controller.error(new Error('connection reset'));
    },
  });
};

const splinter = (size: number): TransformStream<Uint8Array, Uint8Array> =>
  new TransformStream({
    transform: (chunk, controller) => {
      for (let at = 0; at < chunk.length; at += size) controller.enqueue(chunk.subarray(at, at + size));
    },
  });
