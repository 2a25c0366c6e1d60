/** Lanczos' coefficients for g = 7, n = 9 (Godfrey 2001): 15 digits. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
] as const;

/** Below the smallest step of a double around 1: continued fractions and series end here. */
const SMALL = 1e-16;
const TINY = 1e-300;
const MOST_TERMS = 100_000;

/** ln of the gamma function, for x > 0 (Lanczos 1964). Relative error about 1e-14. */
export const logGamma = (x: number): number => {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const [first, ...rest] = LANCZOS;
  const shifted = x - 1;
  const sum = rest.reduce((total, coefficient, index) => total + coefficient / (shifted + index + 1), first as number);
  const t = shifted + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(sum);
};

/** A continued fraction by the modified algorithm of Lentz (Thompson and Barnett 1986). `term`: the n-th numerator and denominator. */
const lentz = (first: number, term: (n: number) => readonly [number, number]): number => {
  let value = first === 0 ? TINY : first;
  let c = value;
  let d = 0;
  for (let n = 1; n <= MOST_TERMS; n += 1) {
    const [a, b] = term(n);
    d = b + a * d;
    c = b + a / c;
    if (Math.abs(d) < TINY) d = TINY;
    if (Math.abs(c) < TINY) c = TINY;
    d = 1 / d;
    const step = c * d;
    value *= step;
    if (Math.abs(step - 1) < SMALL * 4) return value;
  }
  throw new RangeError(`continued fraction: no end after ${MOST_TERMS} terms; expected smaller parameters`);
};

/** I_x(a, b), the regularised incomplete beta function (Abramowitz and Stegun 26.5.8), for a, b > 0 and x in [0, 1]. */
export const regularisedBeta = (x: number, a: number, b: number): number => {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast on this side of the mean only.
  if (x > (a + 1) / (a + b + 2)) return 1 - regularisedBeta(1 - x, b, a);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  const fraction = lentz(1, (n) => {
    const m = Math.floor(n / 2);
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    return [n % 2 === 0 ? even : odd, 1];
  });
  return front / (a * fraction);
};

/** ln Q(a, x), the regularised upper incomplete gamma function (Abramowitz and Stegun 6.5.31), for a > 0 and x >= 0. */
export const logUpperGamma = (a: number, x: number): number => {
  if (x <= 0) return 0;
  if (x < a + 1) return Math.log1p(-lowerGammaSeries(a, x));
  const fraction = lentz(x + 1 - a, (n) => [-n * (n - a), x + 2 * n + 1 - a]);
  return a * Math.log(x) - x - logGamma(a) - Math.log(fraction);
};

/** P(a, x), the regularised lower incomplete gamma function, for a > 0 and x >= 0. */
export const regularisedLowerGamma = (a: number, x: number): number => {
  if (x <= 0) return 0;
  return x < a + 1 ? lowerGammaSeries(a, x) : -Math.expm1(logUpperGamma(a, x));
};

/** Abramowitz and Stegun 6.5.29. */
const lowerGammaSeries = (a: number, x: number): number => {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n <= MOST_TERMS && term > sum * SMALL; n += 1) {
    term *= x / (a + n);
    sum += term;
  }
  return Math.min(1, sum * Math.exp(a * Math.log(x) - x - logGamma(a)));
};

/** The standard normal distribution function. */
export const normalCdf = (z: number): number => {
  const half = regularisedLowerGamma(0.5, (z * z) / 2) / 2;
  return z < 0 ? 0.5 - half : 0.5 + half;
};

/** The z below which a standard normal value lies with this probability, for a share between 0 and 1. */
export const normalQuantile = (share: number): number => rootOf((z) => normalCdf(z) - share, -40, 40);

/** Where a rising function crosses 0 between two bounds, by halving until doubles can not be told apart. */
export const rootOf = (rising: (x: number) => number, low: number, high: number): number => {
  let [below, above] = [low, high];
  for (let step = 0; step < 200; step += 1) {
    const middle = (below + above) / 2;
    if (middle === below || middle === above) break;
    if (rising(middle) < 0) below = middle;
    else above = middle;
  }
  return (below + above) / 2;
};
