import { describe, expect, test } from 'vitest';
import {
  logGamma,
  logUpperGamma,
  normalCdf,
  normalQuantile,
  regularisedBeta,
  regularisedLowerGamma,
} from '../../shared/analysis/special-functions.ts';

describe('the logarithm of the gamma function', () => {
  // Abramowitz and Stegun, table 6.1, and factorials.
  test.each([
    [0.5, Math.log(Math.PI) / 2],
    [1, 0],
    [1.5, Math.log(Math.sqrt(Math.PI) / 2)],
    [5, Math.log(24)],
    [11, Math.log(3_628_800)],
    [101, 363.73937555556347],
  ])('of %d', (x, expected) => expect(logGamma(x)).toBeCloseTo(expected, 11));
});

describe('the regularised beta function', () => {
  // I_x(1, b) = 1 - (1 - x)^b; I_x(a, 1) = x^a; I_p(k, n - k + 1) = P(Binomial(n, p) >= k).
  test.each([
    [0, 2, 3, 0],
    [1, 2, 3, 1],
    [0.3, 1, 7, 1 - 0.7 ** 7],
    [0.8, 4, 1, 0.8 ** 4],
    [0.5, 3, 3, 0.5],
    [0.1, 2, 9, 1 - 0.9 ** 10 - 10 * 0.1 * 0.9 ** 9],
    [1e-5, 1, 299_572, -Math.expm1(299_572 * Math.log1p(-1e-5))],
  ])('at %d for %d and %d', (x, a, b, expected) => expect(regularisedBeta(x, a, b)).toBeCloseTo(expected, 7));
});

describe('the regularised gamma functions', () => {
  // Q(n, x) is the probability of fewer than n events at a Poisson mean of x.
  test.each([
    [1, 0, 1],
    [1, 2, Math.exp(-2)],
    [3, 2, Math.exp(-2) * (1 + 2 + 2)],
    [3, 20, Math.exp(-20) * (1 + 20 + 200)],
    [6, 0.5, Math.exp(-0.5) * (1 + 0.5 + 0.125 + 0.125 / 6 + 0.0625 / 24 + 0.03125 / 120)],
  ])('for %d at %d', (a, x, expected) => {
    expect(Math.exp(logUpperGamma(a, x))).toBeCloseTo(expected, 13);
    expect(regularisedLowerGamma(a, x)).toBeCloseTo(1 - expected, 13);
  });
});

test.each([
  [0.975, 1.959963984540054],
  [0.99, 2.3263478740408408],
  [0.5, 0],
  [0.001, -3.090232306167813],
])('the normal quantile of %d', (share, z) => {
  expect(normalQuantile(share)).toBeCloseTo(z, 9);
  expect(normalCdf(z)).toBeCloseTo(share, 12);
});
