import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Outside } from '../outside/outside.ts';
import { liveLines } from '../secrets/live-lines.ts';
import { type Refused, refused } from './refusal.ts';

/** One delivery as it arrived: the bytes, before anything read them, and the headers in whatever case. */
export interface Delivery {
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** A header by its lower-case name, whatever the server before us made of its case. */
export const headerOf = (delivery: Delivery, name: string): string | undefined =>
  Object.entries(delivery.headers).find(([given]) => given.toLowerCase() === name)?.[1];

/**
 * Whether `header` is `sha256=` and the HMAC-SHA256 of the raw bytes under one of the secrets (GitHub's X-Hub-Signature-256). Compares in
 * constant time; every secret is tried, so the time does not tell which one it was.
 */
export const isSigned = (body: Uint8Array, header: string, secrets: readonly string[]): boolean => {
  const given = /^sha256=([0-9a-f]{64})$/.exec(header)?.[1];
  if (given === undefined) return false;
  const wanted = Buffer.from(given, 'hex');
  let matches = false;
  for (const secret of secrets) {
    const made = createHmac('sha256', secret).update(body).digest();
    if (made.length === wanted.length && timingSafeEqual(made, wanted)) matches = true;
  }
  return matches;
};

/**
 * `undefined` when the delivery is signed with the webhook secret. The secret may hold two lines while it is being changed: both are
 * live. A secret that is not configured, or empty, refuses everything. Throws `SecretMissing`.
 */
export const refuseUnsigned = async (outside: Outside, delivery: Delivery): Promise<Refused | undefined> => {
  const name = outside.settings.configRepository.webhookSecret;
  if (name === undefined) {
    return refused(
      401,
      'SIGNATURE_INVALID',
      'webhook: no secret is configured, so nothing is accepted; set webhookSecret and store the secret',
    );
  }
  const secrets = await liveLines(outside.secrets, name);
  const header = headerOf(delivery, 'x-hub-signature-256');
  if (header === undefined) {
    return refused(
      401,
      'SIGNATURE_MISSING',
      'webhook: no X-Hub-Signature-256 header; give the sender the webhook secret',
    );
  }
  if (secrets.length > 0 && isSigned(delivery.body, header, secrets)) return undefined;
  return refused(
    401,
    'SIGNATURE_INVALID',
    `webhook: X-Hub-Signature-256 does not match the body; the sender must sign the raw bytes with secret ${name}`,
  );
};

/** The body as JSON, or why not: more than `limit` bytes, another content type, not UTF-8, not JSON. */
export const jsonOf = (delivery: Delivery, limit: number): { readonly value: unknown } | Refused => {
  const type = headerOf(delivery, 'content-type');
  if (type !== undefined && !/^application\/([\w.-]+\+)?json\b/i.test(type)) {
    return refused(
      415,
      'CONTENT_TYPE',
      'webhook: content type is not JSON; set the content type of the webhook to application/json',
    );
  }
  const tooLarge = refuseLarge(delivery, limit);
  if (tooLarge !== undefined) return tooLarge;
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(delivery.body)) };
  } catch {
    return refused(400, 'EVENT_MALFORMED', 'webhook: the body is not JSON in UTF-8; send one JSON object');
  }
};

/** First of all checks, before a byte is hashed or parsed. */
export const refuseLarge = (delivery: Delivery, limit: number): Refused | undefined =>
  delivery.body.length <= limit
    ? undefined
    : refused(413, 'BODY_TOO_LARGE', `webhook: the body has ${delivery.body.length} bytes, at most ${limit} are read`);
