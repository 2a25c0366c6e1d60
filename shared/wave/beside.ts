/** A look at something that goes on beside a loop, without keeping the loop waiting. */
export interface Beside<Order> {
  /** Begins a look, unless one still goes on. Throws what the look before failed with. */
  look(order: Order): void;
  /** Ends a look that still goes on. Rejects with what one failed with. */
  end(): Promise<void>;
}

/** Looks beside a loop until it is ended or `signal` aborts; `until`, given to each look, aborts then. Nothing outlives `end`. */
export const beside = <Order>(
  lookAt: (order: Order, until: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Beside<Order> => {
  const ending = new AbortController();
  const until = AbortSignal.any([signal, ending.signal]);
  let failed: { readonly error: unknown } | undefined;
  let looking: Promise<void> | undefined;
  const throwFailed = (): void => {
    if (failed !== undefined) throw failed.error;
  };
  return {
    look: (order) => {
      throwFailed();
      looking ??= lookAt(order, until)
        .catch((error: unknown) => {
          if (!until.aborted) failed = { error };
        })
        .finally(() => {
          looking = undefined;
        });
    },
    end: async () => {
      ending.abort();
      await looking;
      throwFailed();
    },
  };
};
