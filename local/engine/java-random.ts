const MULTIPLIER = 0x5_deec_e66dn;
const MASK = (1n << 48n) - 1n;

/**
 * The first `nextDouble()` of `java.util.Random` for a seed: 53 bits of a linear congruential generator (its documentation gives
 * the formula).
 */
export const javaFraction = (seed: bigint): number => {
  let state = (seed ^ MULTIPLIER) & MASK;
  const next = (bits: bigint): bigint => {
    state = (state * MULTIPLIER + 0xbn) & MASK;
    return state >> (48n - bits);
  };
  return Number((next(26n) << 27n) + next(27n)) / 2 ** 53;
};
