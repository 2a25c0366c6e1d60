/**
 * Dollars in us-east-1, without any free tier. Written down by hand on `asOf` from what is generally known of the price lists, not read from
 * them that day: check them before relying on a sum.
 */
export const prices = {
  asOf: '2026-11-21',
  stateTransition: 0.025 / 1_000,
  lambdaRequest: 0.2 / 1_000_000,
  /** arm64. */
  lambdaGbSecond: 0.0000133334,
  ledgerWrite: 0.625 / 1_000_000,
  ledgerRead: 0.125 / 1_000_000,
  blobPut: 0.005 / 1_000,
  blobGet: 0.0004 / 1_000,
  keyRequest: 0.03 / 10_000,
  /** With an asymmetric key of an elliptic curve. */
  keySignature: 0.15 / 10_000,
  logGb: 0.5,
  keyMonth: 1,
  alarmMonth: 0.1,
  dashboardMonth: 3,
} as const;

export type Prices = Readonly<Record<Exclude<keyof typeof prices, 'asOf'>, number>>;
