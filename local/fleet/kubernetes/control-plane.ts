import type { Clock } from '../../../shared/outside/clock.ts';
import type { Random } from '../../../shared/outside/random.ts';
import type { WebhookHandler } from './admission/webhook-calls.ts';
import type { BehaviourOf } from './behaviour.ts';
import { timestampOf } from './object.ts';
import type { Registry } from './schema/registry.ts';
import type { Storage } from './storage/sqlite.ts';

/** What the handlers and the controllers of one server share. */
export interface ControlPlane {
  readonly name: string;
  /** `v1.35.4`. */
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly storage: Storage;
  readonly registry: Registry;
  readonly behaviourOf: BehaviourOf;
  /** Webhooks that are brought along; those of the cluster are its pods'. */
  readonly webhook?: WebhookHandler;
}

export const timeOf = (plane: ControlPlane): string => timestampOf(plane.clock.now());

/** A version 4 UUID from the server's own stream of chance. */
export const newUid = (random: Random): string => {
  const bytes = random.bytes(16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};

const nameAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** The five characters that generateName and pod names end in: no vowels, so no words. */
export const nameSuffix = (random: Random): string =>
  [...random.bytes(5)].map((byte) => nameAlphabet[byte % nameAlphabet.length]).join('');
