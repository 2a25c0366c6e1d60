import crypto from 'node:crypto';
import { type Random, systemRandom } from '../../shared/outside/random.ts';
import { replaceProperty, type Undo, undoAll } from './replacement.ts';

type Done<Value> = (error: null, value: Value) => void;

const answer = <Value>(value: Value, done?: Done<Value>): Value | undefined => {
  if (done === undefined) return value;
  process.nextTick(done, null, value);
  return undefined;
};

/** Version 4 (RFC 9562, section 5.4). */
const uuid = (bytes: Uint8Array): string => {
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};

/** Where the replacements draw from. Packages keep them for good, so outside virtual mode they must give true chance. */
const source: { random: Random } = { random: systemRandom };

const fill = <View extends ArrayBufferView>(view: View, offset = 0, size = view.byteLength - offset): View => {
  new Uint8Array(view.buffer, view.byteOffset, view.byteLength).set(source.random.bytes(size), offset);
  return view;
};
const getRandomValues = <View extends ArrayBufferView>(view: View): View => fill(view);
const randomBytes = (size: number, done?: Done<Buffer>) => answer(Buffer.from(source.random.bytes(size)), done);
const randomFill = (view: ArrayBufferView, ...rest: readonly (number | Done<ArrayBufferView>)[]) => {
  const numbers = rest.filter((item) => typeof item === 'number');
  return answer(
    fill(view, ...numbers),
    rest.find((item) => typeof item === 'function'),
  );
};
const randomInt = (low: number, high?: number | Done<number>, done?: Done<number>) => {
  const [from, to] = typeof high === 'number' ? [low, high] : [0, low];
  return answer(from + Math.floor(source.random.fraction() * (to - from)), typeof high === 'function' ? high : done);
};
const randomUUID = () => uuid(source.random.bytes(16));

/**
 * Replaces every source of chance that packages use by `random`, so one seed gives one run: `Math.random`, and of crypto
 * `randomBytes`, `randomFill(Sync)`, `randomInt`, `randomUUID` and `getRandomValues`. Hides `crypto.subtle`, whose answers come
 * from other threads when they like; isomorphic-git, for one, then hashes in JavaScript. Key generation is not replaced.
 * Must come before the packages are imported: some keep the function they found then. `drawFrom` goes over to another stream.
 */
export const replaceChance = (random: Random): { readonly undo: Undo; drawFrom(next: Random): void } => {
  source.random = random;
  const web = globalThis.crypto;
  const undo = undoAll([
    () => {
      source.random = systemRandom;
    },
    replaceProperty(Math, 'random', () => source.random.fraction()),
    replaceProperty(crypto, 'randomBytes', randomBytes),
    replaceProperty(crypto, 'pseudoRandomBytes', randomBytes),
    replaceProperty(crypto, 'randomFillSync', fill),
    replaceProperty(crypto, 'randomFill', randomFill),
    replaceProperty(crypto, 'randomInt', randomInt),
    replaceProperty(crypto, 'randomUUID', randomUUID),
    replaceProperty(web, 'randomUUID', randomUUID),
    replaceProperty(web, 'getRandomValues', getRandomValues),
    replaceProperty(web, 'subtle', undefined),
  ]);
  const drawFrom = (next: Random) => {
    source.random = next;
  };
  return { undo, drawFrom };
};
