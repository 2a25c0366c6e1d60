import * as z from 'zod/mini';
import { canonicalJson } from '../rollout/digest.ts';
import type { FlagSetting, FlagValue } from '../rollout/flag.ts';

/**
 * A flag of flagd's definition (flagd.dev/schema/v0/flags.json): variants by name, the one that is served, and rules. Members we do not
 * know are kept as they are.
 */
const definition = z.looseObject({
  state: z.enum(['ENABLED', 'DISABLED']),
  variants: z.record(z.string(), z.unknown()),
  defaultVariant: z.string(),
  targeting: z.optional(z.nullable(z.record(z.string(), z.unknown()))),
});
const file = z.looseObject({ flags: z.record(z.string(), z.unknown()) });

type Definition = z.infer<typeof definition>;

/** A setting, or why there is none that could be read or written. */
export type FlagdResult<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly because: string };

const no = (because: string): { readonly ok: false; readonly because: string } => ({ ok: false, because });

/** What the definition file says of a flag. A rule that is not a plain share of two variants is somebody's own, and refused. */
export const settingInFile = (text: string, key: string): FlagdResult<FlagSetting> => {
  const found = definitionIn(text, key);
  if (!found.ok) return found;
  const { variants, defaultVariant, targeting } = found.value.flag;
  const variantValue = (variant: string): FlagValue | undefined =>
    Object.hasOwn(variants, variant) ? (variants[variant] as FlagValue) : undefined;
  if (targeting === undefined || targeting === null || Object.keys(targeting).length === 0) {
    const value = variantValue(defaultVariant);
    return value === undefined
      ? no(`flag ${key} serves variant ${JSON.stringify(defaultVariant)}, which it does not have`)
      : { ok: true, value: { value } };
  }
  const shares = sharesOf(targeting);
  const [value, otherwise] = [shares && variantValue(shares.variant), shares && variantValue(shares.rest)];
  if (shares === undefined || value === undefined || otherwise === undefined) {
    return no(
      `flag ${key} has targeting rules of its own; expected none, or {"fractional": [[variant, n], [variant, 100 - n]]}`,
    );
  }
  return { ok: true, value: { value, percent: shares.percent, otherwise } };
};

/**
 * The definition file with the flag set, all else in it as it was. A value without a variant is refused: a variant that nobody declared
 * may be of a type that nobody expects.
 */
export const fileWithSetting = (text: string, key: string, setting: FlagSetting): FlagdResult<string> => {
  const found = definitionIn(text, key);
  if (!found.ok) return found;
  const { flag, whole } = found.value;
  const variant = variantOf(flag, setting.value);
  if (variant === undefined) return noVariant(key, setting.value, flag);
  if (setting.percent === undefined) return written(whole, key, { ...flag, defaultVariant: variant, targeting: {} });
  const rest = variantOf(flag, setting.otherwise);
  if (rest === undefined) return noVariant(key, setting.otherwise, flag);
  const targeting = {
    fractional: [
      [variant, setting.percent],
      [rest, 100 - setting.percent],
    ],
  };
  return written(whole, key, { ...flag, defaultVariant: rest, targeting });
};

const written = (whole: z.infer<typeof file>, key: string, flag: Definition): FlagdResult<string> => ({
  ok: true,
  value: `${JSON.stringify({ ...whole, flags: { ...whole.flags, [key]: flag } }, null, 2)}\n`,
});

const definitionIn = (
  text: string,
  key: string,
): FlagdResult<{ readonly flag: Definition; readonly whole: z.infer<typeof file> }> => {
  const whole = file.safeParse(jsonOf(text));
  if (!whole.success) return no('the file is not a definition of flagd; expected JSON with "flags"');
  const { flags } = whole.data;
  if (!Object.hasOwn(flags, key)) return no(`there is no flag ${key}; expected it with its variants, switched off`);
  const flag = definition.safeParse(flags[key]);
  if (!flag.success) return no(`flag ${key} is not as flagd has flags; expected state, variants and defaultVariant`);
  if (flag.data.state === 'DISABLED') return no(`flag ${key} is DISABLED, so that nothing that is set is served`);
  return { ok: true, value: { flag: flag.data, whole: whole.data } };
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const fractional = z.strictObject({
  fractional: z.tuple([z.tuple([z.string(), z.number()]), z.tuple([z.string(), z.number()])]),
});

const sharesOf = (
  targeting: unknown,
): { readonly variant: string; readonly rest: string; readonly percent: number } | undefined => {
  const { success, data } = fractional.safeParse(targeting);
  if (!success) return undefined;
  const [[variant, percent], [rest, others]] = data.fractional;
  return percent + others === 100 && percent >= 1 && percent <= 99 ? { variant, rest, percent } : undefined;
};

const variantOf = ({ variants }: Definition, value: FlagValue | undefined): string | undefined =>
  Object.entries(variants).find(([, each]) => canonicalJson(each) === canonicalJson(value ?? null))?.[0];

const noVariant = (
  key: string,
  value: FlagValue | undefined,
  { variants }: Definition,
): { readonly ok: false; readonly because: string } => {
  const known = Object.values(variants).map((each) => canonicalJson(each));
  return no(
    `flag ${key} has no variant of value ${canonicalJson(value ?? null).slice(0, 60)}; it has ${known.join(', ').slice(0, 200)}`,
  );
};
