/** Edges that are known to end outside the microtask queue, such as a module being compiled. Time stands still for them. */
export interface Edges {
  /** Returns `pending` itself. */
  add<Value>(pending: Promise<Value>): Promise<Value>;
  pending(): number;
}

export const countEdges = (): Edges => {
  let pending = 0;
  return {
    add: (edge) => {
      pending += 1;
      const end = () => {
        pending -= 1;
      };
      edge.then(end, end);
      return edge;
    },
    pending: () => pending,
  };
};

/** What Node reports as keeping the loop alive and is work under way: immediates, and files being read by the module loader. */
const WORK = new Set(['Immediate', 'FSReqCallback', 'FSReqPromise']);
/** One would do for immediates; the second is for those that Node does not report because nothing keeps them alive. */
const QUIET_ROUNDS = 2;

const nextRound = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Resolves when nothing more happens by itself: microtasks, ticks and immediates are done and no edge is pending. */
export const quiescence = async (edges: Edges): Promise<void> => {
  for (let quiet = 0; quiet < QUIET_ROUNDS; ) {
    await nextRound();
    const busy = edges.pending() > 0 || process.getActiveResourcesInfo().some((name) => WORK.has(name));
    quiet = busy ? 0 : quiet + 1;
  }
};
