import { createHash } from 'node:crypto';
import type { EngineRandom } from './given.ts';

const SECRET_BYTES = 48;
const CHECK_BYTES = 8;

const checkOf = (secret: Uint8Array): Buffer =>
  createHash('sha256').update('task token').update(secret).digest().subarray(0, CHECK_BYTES);

/** A task token: 48 random bytes and a check over them, so that a damaged or invented one is told from an unknown one. */
export const newToken = (random: EngineRandom): string => {
  const secret = random.bytes(SECRET_BYTES);
  return Buffer.concat([secret, checkOf(secret)]).toString('base64url');
};

/** Whether the text could be a token of some engine of this kind. */
export const isToken = (text: string): boolean => {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length !== SECRET_BYTES + CHECK_BYTES || bytes.toString('base64url') !== text) return false;
  return checkOf(bytes.subarray(0, SECRET_BYTES)).equals(bytes.subarray(SECRET_BYTES));
};

/** What is stored for looking a token up. */
export const tokenHash = (token: string): string => createHash('sha256').update(token).digest('hex');
