import type { Check } from './check.ts';

/** What was looked at, and the targets that can be looked at by their names: those of the newest config that can be read. */
export interface Diagnosis {
  readonly checks: readonly Check[];
  readonly targets: readonly string[];
}
