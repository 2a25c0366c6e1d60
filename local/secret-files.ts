import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Random, randomHex } from '../shared/outside/random.ts';

/** The secret in `dir/name`, made of 32 random bytes where there is none. Files are readable by their owner alone. */
export const ensureSecret = (dir: string, name: string, random: Random): string => {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, name);
  if (!existsSync(file)) writeFileSync(file, randomHex(random, 32), { mode: 0o600, flag: 'wx' });
  return readFileSync(file, 'utf8').trim();
};

/** Keeps a value as the secret in `dir/name`, in place of what was there. */
export const writeSecret = (dir: string, name: string, value: string): void => {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  writeFileSync(join(dir, name), value, { mode: 0o600 });
};
