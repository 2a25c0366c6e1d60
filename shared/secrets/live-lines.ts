import type { Secrets } from './secrets.ts';

/**
 * The lines of a secret that may be shown: two while it is being changed, so that old and new are both live. None where it is empty.
 * Throws `SecretMissing`.
 */
export const liveLines = async (secrets: Secrets, name: string): Promise<readonly string[]> =>
  (await secrets.get(name))
    .reveal()
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .slice(0, 2);
