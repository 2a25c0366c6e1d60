import { hash, randomBytes } from 'node:crypto';

/** Chance as an argument. */
export interface Random {
  /** `size` bytes. The product's tokens and nonces come from here, so a deployed source must be cryptographic. */
  bytes(size: number): Uint8Array;
  /** A number in [0, 1): jitter and samples. */
  fraction(): number;
}

const fractionOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) / 2 ** 32;

/** The operating system's source. */
export const systemRandom: Random = {
  bytes: (size) => new Uint8Array(randomBytes(size)),
  fraction: () => fractionOf(new Uint8Array(randomBytes(4))),
};

/** A stream that is the same for the same `seed`: SHA-256 of the seed and a counter. For virtual mode only. */
export const seededRandom = (seed: string): Random => {
  let counter = 0;
  // In one call and as text: a third of the time of a hash object and its buffer, and clients of the simulation draw millions.
  const block = () => hash('sha256', `${seed}:${counter++}`);
  const bytes = (size: number) => {
    const out = new Uint8Array(size);
    for (let at = 0; at < size; at += 32) out.set(Buffer.from(block(), 'hex').subarray(0, Math.min(32, size - at)), at);
    return out;
  };
  return { bytes, fraction: () => Number.parseInt(block().slice(0, 8), 16) / 2 ** 32 };
};

/** `size` random bytes as lower-case hexadecimal. */
export const randomHex = (random: Random, size: number): string => Buffer.from(random.bytes(size)).toString('hex');
