import type { FlagSetting } from '../rollout/flag.ts';

/** What stands at a flag's place in its store. */
export type FlagRead =
  | {
      readonly status: 'read';
      readonly setting: FlagSetting;
      /** What it was read at; what is written against it is refused where the place has changed since. */
      readonly version: string;
    }
  /** It can not be set by us: it is not there, is switched off as a whole, or has rules that are not ours to replace. */
  | { readonly status: 'refused'; readonly because: string }
  /** Nobody knows what stands there now. */
  | { readonly status: 'unreachable'; readonly because: string };

/** What became of a write. After `unreachable` it may have arrived or not: only reading tells. */
export type FlagWritten =
  | { readonly status: 'written' }
  /** Somebody was there between reading and writing; nothing was written. */
  | { readonly status: 'changed'; readonly because: string }
  | { readonly status: 'refused'; readonly because: string }
  | { readonly status: 'unreachable'; readonly because: string };

/** One flag in one wave, in whichever store. */
export interface FlagPlace {
  read(signal: AbortSignal): Promise<FlagRead>;
  /** Sets the flag where it still stands as it was read. Setting what it is already is safe. */
  write(setting: FlagSetting, version: string, signal: AbortSignal): Promise<FlagWritten>;
}
