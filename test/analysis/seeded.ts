/** Numbers in [0, 1) that are the same for the same seed (mulberry32): for simulations that draw millions. */
export const seeded = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** A standard normal value (Box and Muller). */
export const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Requests until the next failure, that one included, at this share of failures: geometric, by inversion. */
export const untilFailure = (random: () => number, share: number): number =>
  Math.max(1, Math.ceil(Math.log(1 - random()) / Math.log1p(-share)));
