/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export const seeded = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** The requests of a stream that failed, by their place in it: each fails for itself with the same probability. */
export const failuresOf = (random: () => number, share: number, requests: number): readonly number[] => {
  const places: number[] = [];
  let place = 0;
  for (;;) {
    place += Math.max(1, Math.ceil(Math.log(1 - random()) / Math.log1p(-share)));
    if (place > requests) return places;
    places.push(place);
  }
};
