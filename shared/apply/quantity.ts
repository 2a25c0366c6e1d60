const suffixes: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** Below which the API server rewrites quantities to their canonical form: `1000m` of a manifest is read back as `1`. */
const holders = ['limits', 'requests', 'capacity', 'hard', 'overhead', 'podFixed'];
/** Fields that are quantities themselves. */
const quantities = ['sizeLimit', 'divisor', 'averageValue'];

/**
 * Whether two values of a quantity field of Kubernetes' own kinds say the same amount (`1000m` and `1`, `1024Mi` and `1Gi`). Elsewhere,
 * and for what is no quantity, `false`.
 */
export const sameQuantity = (path: readonly string[], a: unknown, b: unknown): boolean => {
  if (!holders.includes(path.at(-2) ?? '') && !quantities.includes(path.at(-1) ?? '')) return false;
  const [left, right] = [amountOf(a), amountOf(b)];
  return left !== undefined && left === right;
};

/** A quantity in thousandths of its unit, rounded up as Kubernetes rounds: whole numbers that can be added. `undefined` for what is none. */
export const milliOf = (value: unknown): number | undefined => {
  const amount = amountOf(value);
  // Nearest first: 1.1 times a thousand is a little more than 1100.
  return amount === undefined ? undefined : Math.ceil(Number((amount * 1000).toFixed(3)));
};

/** The amount that a quantity says; `undefined` for what is none. */
export const amountOf = (value: unknown): number | undefined => {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const [, digits, exponent, suffix = ''] =
    /^([+-]?[0-9.]+)(?:[eE]([+-]?[0-9]{1,3})|([a-zA-Z]{0,2}))$/.exec(String(value)) ?? [];
  const factor = exponent === undefined ? suffixes[suffix] : 10 ** Number(exponent);
  const amount = digits === undefined || factor === undefined ? Number.NaN : Number(digits) * factor;
  return Number.isFinite(amount) ? amount : undefined;
};
