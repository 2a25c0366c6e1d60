/**
 * p-values of several tests, adjusted so that rejecting those at most `level` rejects any true one with a probability of at most
 * `level`, whatever depends on what (Holm 1979). In the order given.
 */
export const holm = (pValues: readonly number[]): readonly number[] => {
  const adjusted = pValues.map(() => 1);
  let running = 0;
  pValues
    .map((p, index) => ({ p, index }))
    .sort((a, b) => a.p - b.p)
    .forEach(({ p, index }, rank) => {
      running = Math.max(running, Math.min(1, p * (pValues.length - rank)));
      adjusted[index] = running;
    });
  return adjusted;
};
