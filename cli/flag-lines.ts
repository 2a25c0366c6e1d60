import type { FlagView } from '../console/views/flags.ts';

const words: Readonly<Record<FlagView['state'], string>> = {
  wanted: '',
  unchanged: '  (as it is)',
  planned: '',
  set: '  (set)',
  seen: '  (set, seen by all)',
  back: '  (taken back)',
};

/** The feature flags of a wave, a line each. */
export const flagLines = (flags: readonly FlagView[], indent: string): readonly string[] =>
  flags.map(({ flag, said, state }) => `${indent}flag ${flag}: ${said}${words[state]}`);
