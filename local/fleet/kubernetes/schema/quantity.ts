/** Text that is no resource quantity. */
export class BadQuantity extends Error {
  override readonly name = 'BadQuantity';
  constructor() {
    super("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
  }
}

const decimal: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const binary: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const pattern = /^([+-]?)(\d*)(?:\.(\d*))?(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d+))?$/;
const nano = 9;

interface Quantity {
  /** In billionths: the finest the API keeps. Finer is rounded up. */
  readonly nanos: bigint;
  readonly form: 'decimal' | 'binary' | 'exponent';
}

const parse = (text: string): Quantity => {
  const found = pattern.exec(text);
  const [, sign, whole = '', fraction = '', suffix = '', exponent] = found ?? [];
  if (found === null || whole + fraction === '') throw new BadQuantity();
  const digits = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n);
  const twos = binary[suffix];
  if (twos !== undefined) {
    const scaled = (digits * 2n ** BigInt(twos) * 10n ** BigInt(nano)) / 10n ** BigInt(fraction.length);
    return { nanos: scaled, form: 'binary' };
  }
  const tens = (exponent === undefined ? (decimal[suffix] ?? 0) : Number(exponent)) + nano - fraction.length;
  const divisor = 10n ** BigInt(Math.max(0, -tens));
  const scaled = tens >= 0 ? digits * 10n ** BigInt(tens) : (digits + divisor - 1n) / divisor;
  return { nanos: scaled, form: exponent === undefined ? 'decimal' : 'exponent' };
};

/** The quantity in thousandths (milli-cores, milli-bytes), rounded up. Throws BadQuantity. */
export const milliOf = (text: string | number): number => {
  const { nanos } = parse(String(text));
  return Number((nanos + 999_999n) / 1_000_000n);
};

/** The one text of a quantity: `1000m` is `1`, `1024Mi` is `1Gi`, `0.5` is `500m`. Throws BadQuantity. */
export const canonicalQuantity = (text: string | number): string => {
  const { nanos, form } = parse(String(text));
  if (nanos === 0n) return '0';
  const unit = 10n ** BigInt(nano);
  if (form === 'binary' && nanos % unit === 0n && (nanos / unit >= 1024n || nanos / unit <= -1024n)) {
    const value = nanos / unit;
    const fitting = Object.entries(binary).filter(([, twos]) => value % 2n ** BigInt(twos) === 0n);
    const [suffix, twos] = fitting.at(-1) ?? ['', 0];
    return `${value / 2n ** BigInt(twos)}${suffix}`;
  }
  const fitting = Object.entries(decimal).filter(([, tens]) => nanos % 10n ** BigInt(tens + nano) === 0n);
  const [suffix, tens] = fitting.at(-1) ?? ['n', -9];
  const value = nanos / 10n ** BigInt(tens + nano);
  if (form !== 'exponent') return `${value}${suffix}`;
  return tens === 0 ? `${value}` : `${value}e${tens}`;
};
