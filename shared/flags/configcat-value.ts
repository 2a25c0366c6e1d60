import * as z from 'zod/mini';
import type { FlagSetting, FlagValue } from '../rollout/flag.ts';

const value = z.union([
  z.strictObject({ boolValue: z.boolean() }),
  z.strictObject({ stringValue: z.string() }),
  z.strictObject({ intValue: z.int() }),
  z.strictObject({ doubleValue: z.number() }),
]);

type Value = z.infer<typeof value>;

/** Members that are null where another is set are as good as not there. */
const withoutNulls = (member: unknown): unknown =>
  typeof member === 'object' && member !== null && !Array.isArray(member)
    ? Object.fromEntries(Object.entries(member).filter(([, each]) => each !== null))
    : member;

const settingValue = z.pipe(z.transform(withoutNulls), value);

/** What the management API answers for a feature flag of a config of version 2. */
const answer = z.looseObject({
  defaultValue: settingValue,
  targetingRules: z.optional(z.nullable(z.array(z.looseObject({})))),
  updatedAt: z.optional(z.nullable(z.string())),
  setting: z.looseObject({ key: z.string(), settingType: z.enum(['boolean', 'string', 'int', 'double']) }),
});

const shareRule = z.looseObject({
  conditions: z.optional(z.nullable(z.array(z.unknown()).check(z.maxLength(0)))),
  percentageOptions: z.tuple([
    z.looseObject({ percentage: z.number(), value: settingValue }),
    z.looseObject({ percentage: z.number(), value: settingValue }),
  ]),
});

export type SettingType = z.infer<typeof answer>['setting']['settingType'];

/** A flag as ConfigCat has it, in our words, or why it can not be read as one. */
export type ConfigCatFlag =
  | { readonly ok: true; readonly setting: FlagSetting; readonly type: SettingType; readonly updatedAt: string }
  | { readonly ok: false; readonly because: string };

/** Reads the answer of `GET /v2/settings/{key}/value`. Rules that are not a plain share of two values are somebody's own, and refused. */
export const readConfigCat = (document: unknown, key: string): ConfigCatFlag => {
  const { success, data } = answer.safeParse(document);
  if (!success) return { ok: false, because: `flag ${key} was answered in a form that is not that of ConfigCat` };
  const { defaultValue, targetingRules, updatedAt, setting } = data;
  const rest = { type: setting.settingType, updatedAt: updatedAt ?? '' };
  const [rule, ...more] = targetingRules ?? [];
  if (rule === undefined) return { ok: true, setting: { value: plain(defaultValue) }, ...rest };
  const share = shareRule.safeParse(rule);
  const [first, second] = share.data?.percentageOptions ?? [];
  if (more.length > 0 || first === undefined || second === undefined || first.percentage + second.percentage !== 100) {
    return {
      ok: false,
      because: `flag ${key} has targeting rules of its own; expected none, or one of two percentages`,
    };
  }
  const shared = { value: plain(first.value), percent: first.percentage, otherwise: plain(second.value) };
  return { ok: true, setting: shared, ...rest };
};

/** The body of `PUT /v2/settings/{key}/value`, or why the flag's type can not hold the value. */
export const writeConfigCat = (
  { value: wanted, percent, otherwise }: FlagSetting,
  type: SettingType,
): { readonly ok: true; readonly body: unknown } | { readonly ok: false; readonly because: string } => {
  const main = typed(wanted, type);
  const rest = percent === undefined ? main : typed(otherwise, type);
  if (main === undefined || rest === undefined) {
    return {
      ok: false,
      because: `the flag is of type ${type}, which does not hold ${JSON.stringify(wanted).slice(0, 60)}`,
    };
  }
  if (percent === undefined) return { ok: true, body: { defaultValue: main, targetingRules: [] } };
  const percentageOptions = [
    { percentage: percent, value: main },
    { percentage: 100 - percent, value: rest },
  ];
  return { ok: true, body: { defaultValue: rest, targetingRules: [{ conditions: [], percentageOptions }] } };
};

const plain = (given: Value): FlagValue => {
  if ('boolValue' in given) return given.boolValue;
  if ('stringValue' in given) return given.stringValue;
  return 'intValue' in given ? given.intValue : given.doubleValue;
};

const typed = (given: FlagValue | undefined, type: SettingType): Value | undefined => {
  if (type === 'boolean') return typeof given === 'boolean' ? { boolValue: given } : undefined;
  if (type === 'string') return typeof given === 'string' ? { stringValue: given } : undefined;
  if (typeof given !== 'number' || !Number.isFinite(given)) return undefined;
  if (type === 'double') return { doubleValue: given };
  return Number.isSafeInteger(given) ? { intValue: given } : undefined;
};
