import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Outside } from '../outside/outside.ts';
import { liveLines } from '../secrets/live-lines.ts';
import { isMissing } from '../secrets/secrets.ts';
import { type Refused, refused } from './refusal.ts';
import { type Delivery, headerOf } from './signature.ts';

/** How far the sender's clock may be from ours, and for how long what it signed may be under way. */
export const replayMs = 5 * 60_000;

/** Who sent it has the secret. With a signature it is also known when; the same once more is the same delivery. */
export interface Proven {
  readonly outcome: 'proven';
  /** Epoch milliseconds. Absent where the secret itself was sent, which nobody on the way can read and so nobody repeats. */
  readonly signedAt?: number;
}

/**
 * Whether a delivery comes from somebody who has the secret of that name: sent as a bearer token or as a basic password, for senders that can
 * not sign; or by `X-Tidegate-Signature`, the HMAC-SHA256 of `<X-Tidegate-Timestamp>:<raw body>` in hexadecimal, within five minutes of that time
 * (seconds). The secret may hold two lines while it is being changed: both are live. Compares in constant time. No secret refuses everything.
 */
export const proveSender = async (
  { secrets: store, clock }: Pick<Outside, 'secrets' | 'clock'>,
  delivery: Delivery,
  name: string,
): Promise<Proven | Refused> => {
  const secrets = await linesOf(store, name);
  if (secrets.length === 0) {
    return refuse(
      'SIGNATURE_INVALID',
      `nothing is accepted, since there is no secret ${name} here; store it and send again`,
    );
  }
  const authorization = headerOf(delivery, 'authorization');
  if (authorization !== undefined) {
    const isOne = secrets.map((secret) => isSame(sentBy(authorization), secret)).includes(true);
    return isOne
      ? { outcome: 'proven' }
      : refuse('SIGNATURE_INVALID', `Authorization is not secret ${name} as bearer token or password`);
  }
  const signature = headerOf(delivery, 'x-tidegate-signature');
  if (signature === undefined) {
    return refuse(
      'SIGNATURE_MISSING',
      `neither Authorization nor X-Tidegate-Signature; send secret ${name} as bearer token or password, or sign with it`,
    );
  }
  const timestamp = headerOf(delivery, 'x-tidegate-timestamp') ?? '';
  if (!/^\d{9,11}$/.test(timestamp)) {
    return refuse('SIGNATURE_INVALID', 'X-Tidegate-Timestamp is not a time in seconds, which a signature is good for');
  }
  const made = secrets.map((secret) =>
    createHmac('sha256', secret).update(`${timestamp}:`).update(delivery.body).digest('hex'),
  );
  if (!made.map((one) => isSame(signature.replace(/^sha256=/, ''), one)).includes(true)) {
    return refuse(
      'SIGNATURE_INVALID',
      `X-Tidegate-Signature is not the HMAC-SHA256 of <X-Tidegate-Timestamp>:<body> with secret ${name}, in hexadecimal`,
    );
  }
  const signedAt = Number(timestamp) * 1000;
  const away = Math.abs(clock.now() - signedAt);
  if (away <= replayMs) return { outcome: 'proven', signedAt };
  return refuse(
    'SIGNATURE_INVALID',
    `it was signed ${Math.round(away / 1000)} s from now, at most ${replayMs / 1000} s are borne; look at the clock of the sender, or send it anew`,
  );
};

const refuse = (code: 'SIGNATURE_INVALID' | 'SIGNATURE_MISSING', because: string): Refused =>
  refused(401, code, `alerts: ${because}`);

const linesOf = async (secrets: Outside['secrets'], name: string): Promise<readonly string[]> => {
  try {
    return await liveLines(secrets, name);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
};

/** The token, or the password whatever the user's name. */
const sentBy = (authorization: string): string => {
  const [, scheme = '', value = ''] = /^(\S+)\s+(.*)$/s.exec(authorization) ?? [];
  if (scheme.toLowerCase() === 'bearer') return value.trim();
  if (scheme.toLowerCase() !== 'basic') return '';
  return Buffer.from(value, 'base64').toString('utf8').split(':').slice(1).join(':');
};

/** Compares digests: they have one length, and the time taken tells nothing. Nothing sent is never the same. */
const isSame = (given: string, secret: string): boolean => {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return given !== '' && timingSafeEqual(digest(given), digest(secret));
};
