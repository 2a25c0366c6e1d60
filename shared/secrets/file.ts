import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkSecretName, SecretRefused } from './name.ts';
import { Secret, SecretMissing, type Secrets } from './secrets.ts';

/**
 * Secrets as files `dir/<name>`, read at each use; one newline at the end is not part of the value. Throws `SecretRefused` for an
 * odd name, for anything but a plain file, and for a file that its group or others may read; an empty file is `SecretMissing`.
 */
export const fileSecrets = (dir: string): Secrets => ({
  get: async (name) => {
    checkSecretName(name);
    const value = readPrivate(name, join(dir, name));
    if (value === undefined || value === '') throw new SecretMissing(name, dir);
    return new Secret(value);
  },
});

const readPrivate = (name: string, file: string): string | undefined => {
  let descriptor: number;
  try {
    // Not through a link, the mode that counts is that of the file named here; and a pipe must not block the open.
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return undefined;
    if (code === 'ELOOP') throw new SecretRefused(name, `${file} is a link; expected a plain file`);
    throw error;
  }
  try {
    const found = fstatSync(descriptor);
    if (!found.isFile()) throw new SecretRefused(name, `${file} is not a plain file`);
    const mode = found.mode & 0o777;
    if ((mode & 0o077) !== 0) {
      const shown = mode.toString(8).padStart(4, '0');
      throw new SecretRefused(name, `${file} has mode ${shown}, expected 0600; run: chmod 600 ${file}`);
    }
    return readFileSync(descriptor, 'utf8').replace(/\r?\n$/, '');
  } finally {
    closeSync(descriptor);
  }
};
