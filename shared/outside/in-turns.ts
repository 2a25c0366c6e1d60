/**
 * Runs `work` over the items in their order, at most `concurrency` at a time. Rejects with the first failure once those that run have
 * ended; no further one is begun after it.
 */
export const inTurns = async <Item>(
  items: readonly Item[],
  concurrency: number,
  work: (item: Item) => Promise<void>,
): Promise<void> => {
  const queue = items.values();
  const failures: unknown[] = [];
  const worker = async () => {
    for (const item of queue) {
      if (failures.length > 0) return;
      try {
        await work(item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
};

/** What `work` gives for each item, in the order of the items, at most `concurrency` at a time. Fails as `inTurns` does. */
export const mapInTurns = async <Item, Result>(
  items: readonly Item[],
  concurrency: number,
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> => {
  const results = new Map<number, Result>();
  await inTurns([...items.entries()], concurrency, async ([at, item]) => {
    results.set(at, await work(item));
  });
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
};
