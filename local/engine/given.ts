import { createHash } from 'node:crypto';
import type { Evaluator } from './expression.ts';

/** Chance as an argument; structurally the project's own `Random`. */
export interface EngineRandom {
  bytes(size: number): Uint8Array;
  fraction(): number;
}

/** Time as an argument; structurally a part of the project's own `Clock`. */
export interface EngineClock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Calls `run` once, `ms` milliseconds from now; the returned function cancels it. */
  after(ms: number, run: () => void): () => void;
}

/** What one transition may use besides the execution itself: nothing else varies between two runs. */
export interface Given {
  /** Epoch milliseconds of the transition: every event of it carries this time. */
  readonly now: number;
  readonly random: EngineRandom;
  readonly evaluator: Evaluator;
  readonly region: string;
  readonly account: string;
}

/** A version 4 UUID (RFC 9562) from the given source. */
export const uuid = (random: EngineRandom): string => {
  const bytes = Buffer.from(random.bytes(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};

/** Bytes drawn at once: one draw costs more than the bytes. None is handed out twice. */
const STOCK = 4096;

/**
 * `random`, mixed with a stream of its own for each opening of a database. A source with a seed starts again with the process:
 * without this the second process would make the tokens and names of the first once more.
 */
export const stirred = (random: EngineRandom, opening: number): EngineRandom => {
  let block = 0;
  let stock = Buffer.alloc(0);
  let taken = 0;
  const refill = () => {
    const mixed = Buffer.from(random.bytes(STOCK));
    const pad = createHash('shake256', { outputLength: STOCK }).update(`opening ${opening} block ${block++}`).digest();
    for (let at = 0; at < STOCK; at++) mixed[at] = (mixed[at] ?? 0) ^ (pad[at] ?? 0);
    stock = mixed;
    taken = 0;
  };
  const bytes = (size: number) => {
    if (taken + size > stock.length) refill();
    taken += size;
    return stock.subarray(taken - size, taken);
  };
  return { bytes, fraction: () => bytes(4).readUInt32BE(0) / 2 ** 32 };
};
