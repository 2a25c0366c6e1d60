import { createHmac } from 'node:crypto';
import type { Secret } from '../secrets/secrets.ts';

/**
 * Headers by which a receiver knows that a message is ours and is new, as Standard Webhooks has them (standardwebhooks.com): an id, by which a
 * repeat is told, the time in seconds, and HMAC-SHA256 over `id.time.body`. A key that begins with `whsec_` is base64 after that.
 */
export const signedHeaders = (id: string, body: string, key: Secret, now: number): Readonly<Record<string, string>> => {
  const text = key.reveal().trim();
  const bytes = text.startsWith('whsec_') ? Buffer.from(text.slice('whsec_'.length), 'base64') : Buffer.from(text);
  const time = String(Math.floor(now / 1000));
  const signature = createHmac('sha256', bytes).update(`${id}.${time}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': `v1,${signature}` };
};
