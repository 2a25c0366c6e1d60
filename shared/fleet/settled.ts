import type { SettledRule } from '../rollout/release.ts';
import type { SettledEntry } from './config.ts';

/** A rule of the config in the words of the rollout. */
export const toSettledRule = ({ group, kind, ready, failed, progress }: SettledEntry): SettledRule => ({
  group,
  kind,
  ready,
  ...(failed === undefined ? {} : { failed }),
  ...(progress === undefined ? {} : { progress }),
});
