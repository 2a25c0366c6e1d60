/** Pieces of work on one API server at the same time. How many requests of them it is sent at once it decides itself (`pace-requests.ts`). */
export const requestsInFlight = 16;

/**
 * Runs `run` over all items, at most 16 at a time, begun in order; results in order. The first failure stops further starts
 * and is thrown when what was begun has ended, so that nothing goes on behind the caller's back.
 */
export const inFlight = async <Item, Result>(
  items: readonly Item[],
  run: (item: Item) => Promise<Result>,
): Promise<Result[]> => {
  const results: Result[] = [];
  const failures: unknown[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length && failures.length === 0) {
      const place = next++;
      try {
        results[place] = await run(items[place] as Item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(requestsInFlight, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
  return results;
};
