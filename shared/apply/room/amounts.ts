import { isObject } from '../fields.ts';
import { milliOf } from '../quantity.ts';

/** Resources by name (`cpu`, `memory`, `pods`, `nvidia.com/gpu`), in thousandths of their unit. */
export type Amounts = Readonly<Record<string, number>>;

/** What a resource list states; what is no quantity is left out. */
export const readAmounts = (list: unknown): Amounts =>
  Object.fromEntries(
    Object.entries(isObject(list) ? list : {}).flatMap(([name, value]) => {
      const amount = milliOf(value);
      return amount === undefined ? [] : [[name, amount] as const];
    }),
  );

export const addAmounts = (...all: readonly Amounts[]): Amounts => combine(all, (a, b) => a + b);

export const largerOf = (...all: readonly Amounts[]): Amounts => combine(all, Math.max);

const combine = (all: readonly Amounts[], join: (a: number, b: number) => number): Amounts => {
  const joined: Record<string, number> = {};
  for (const amounts of all) {
    for (const [name, amount] of Object.entries(amounts)) joined[name] = join(joined[name] ?? 0, amount);
  }
  return joined;
};

export const scaleAmounts = (amounts: Amounts, times: number): Amounts =>
  Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, amount * times]));

/** What is left of a whole; what the whole does not have is not there at all. */
export const subtractAmounts = (whole: Amounts, part: Amounts): Amounts =>
  Object.fromEntries(Object.entries(whole).map(([name, amount]) => [name, amount - (part[name] ?? 0)]));

/** The first resource, by name, of which there is less than is wanted. A resource that is not there at all is one of none. */
export const shortOf = (wanted: Amounts, free: Amounts): string | undefined =>
  Object.keys(wanted)
    .sort()
    .find((name) => (wanted[name] ?? 0) > 0 && (wanted[name] ?? 0) > (free[name] ?? 0));

const binary = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi'];

/** `cpu 500m`, `memory 1.5Gi`, `nvidia.com/gpu 2`: as people write it. Never below nothing. */
export const sayAmount = (name: string, milli: number): string => {
  const amount = Math.max(0, milli);
  if (/memory|storage|hugepages/.test(name)) return `${name} ${inBytes(amount / 1000)}`;
  return `${name} ${amount % 1000 === 0 ? amount / 1000 : `${amount}m`}`;
};

const inBytes = (bytes: number): string => {
  const step = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), binary.length);
  if (step === 0) return String(bytes);
  return `${Number((bytes / 2 ** (10 * step)).toFixed(1))}${binary[step - 1]}`;
};
