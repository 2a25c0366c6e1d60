import { canonicalJson } from './digest.ts';

/** What a flag can be: what its store can hold decides which of them (ConfigCat knows no objects). */
export type FlagValue = boolean | string | number | { readonly [member: string]: unknown } | readonly unknown[];

/** What a flag gives those who ask: one value, or that value to a share of them and another to the rest. */
export interface FlagSetting {
  readonly value: FlagValue;
  /** Per cent of those who ask that get `value`, 1 to 99. Absent: all. */
  readonly percent?: number;
  /** What the rest gets; there where `percent` is. */
  readonly otherwise?: FlagValue;
}

/** A flag of the config: where it is kept, and what it is to be in each wave that has it. */
export interface FlagSpec {
  /** Name of an entry of `flagStores`. */
  readonly store: string;
  /** Its key there. */
  readonly key: string;
  /** The service whose code asks for it. Absent: it is of the fleet. */
  readonly service?: string;
  /** The safe value: what the code that asks must take when nobody answers. */
  readonly off: FlagValue;
  /** Wave -> what it is to be there. In a wave that is not named nobody touches it. */
  readonly waves: Readonly<Record<string, FlagSetting>>;
}

/**
 * Where flags are kept. Of each wave there is a place of its own, `{wave}` in its name, so that what is set for one is seen by no other;
 * and where they are read as the code in a target reads them, by OFREP.
 */
export type FlagStore = (FlagdStore | ConfigCatStore) & FlagReading;

/** A definition file of flagd in an S3 bucket, from which the flagd of each target of the wave takes its flags. */
export interface FlagdStore {
  readonly flagd: {
    readonly bucket: string;
    readonly region: string;
    /** Key of the object. */
    readonly object: string;
    readonly role?: string;
    readonly externalId?: string;
  };
}

/** An environment of ConfigCat, named by its SDK key. All three are names of secrets. */
export interface ConfigCatStore {
  readonly configcat: {
    /** Base URL of the public management API. */
    readonly api: string;
    readonly sdkKeySecret: string;
    readonly userSecret: string;
    readonly passwordSecret: string;
  };
}

export interface FlagReading {
  /** Base URL of what answers OFREP in a target; placeholders are filled in per target. Absent: only the store itself is read. */
  readonly ofrep?: string;
  readonly ofrepTokenSecret?: string;
  /** How long a target may take until it serves what was set. */
  readonly seenWithinMs: number;
  /** Private address ranges (CIDR) that may be connected to. */
  readonly allow: readonly string[];
}

/** One flag of a wave's plan: approved as `from` -> `to`, and set only while it still is `from`. */
export interface PlannedFlag {
  readonly flag: string;
  readonly store: string;
  readonly key: string;
  readonly from: FlagSetting;
  readonly to: FlagSetting;
}

/** The name of a wave put in where a store's place or secret has `{wave}`. */
export const inWave = (text: string, wave: string): string => text.replaceAll('{wave}', wave);

export const isSameSetting = (a: FlagSetting, b: FlagSetting): boolean => canonicalJson(a) === canonicalJson(b);

/** `true`, `"dark"`, `10% true, else false`; long values are cut. */
export const describeSetting = ({ value, percent, otherwise }: FlagSetting): string =>
  percent === undefined ? shown(value) : `${percent}% ${shown(value)}, else ${shown(otherwise)}`;

/** `new-checkout: false -> true`. */
export const describeFlag = ({ flag, from, to }: Pick<PlannedFlag, 'flag' | 'from' | 'to'>): string =>
  `${flag}: ${describeSetting(from)} -> ${describeSetting(to)}`;

const shown = (value: FlagValue | undefined): string => {
  const text = canonicalJson(value ?? null);
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
};
