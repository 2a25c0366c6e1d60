import { createHash } from 'node:crypto';
import { type EngineRandom, uuid } from './given.ts';
import { javaFraction } from './java-random.ts';

/** A function as JSONata takes it: what it does and what it takes (https://docs.jsonata.org/embedding-extending). */
export interface AddedFunction {
  readonly run: (...given: readonly unknown[]) => unknown;
  readonly signature: string;
}

/** An expression passed a bound of evaluation; `message` is as AWS ends the cause with. */
export class BoundPassed extends Error {
  override readonly name = 'BoundPassed';
}

/** What AWS says of an expression whose values grow too large. */
export const MEMORY = 'Expression evaluation memory limit exceeded: Check for excessive memory usage';

/** `$range` makes at most so many members; AWS takes `$range(1, 360145, 1)` and not one more. */
const RANGE_LIMIT = 360_145;

/** Arguments that must be whole are rounded towards zero, as AWS does. */
const whole = (value: unknown): number => Math.trunc(Number(value));

const partition = (array: unknown, size: unknown): unknown => {
  const step = whole(size);
  if (!Array.isArray(array) || array.length === 0 || !(step >= 1)) return undefined;
  return Array.from({ length: Math.ceil(array.length / step) }, (_, part) =>
    array.slice(part * step, part * step + step),
  );
};

const range = (first: unknown, last: unknown, delta: unknown): unknown => {
  const [from, to, by] = [whole(first), whole(last), whole(delta)];
  const count = Math.floor((to - from) / by) + 1;
  // No step, a step of 0, and one that leads away from the end: nothing.
  if (!Number.isFinite(count) || count < 1) return undefined;
  if (count > RANGE_LIMIT) throw new BoundPassed(MEMORY);
  // A range of one is its member, as AWS has it.
  return count === 1 ? from : Array.from({ length: count }, (_, at) => from + at * by);
};

const HASHES: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

const hash = (content: unknown, algorithm: unknown): unknown => {
  if (typeof content !== 'string' || algorithm === undefined) return undefined;
  const name = HASHES[String(algorithm)];
  if (name === undefined) {
    throw new Error(
      `Invalid algorithm '${String(algorithm)}' for $hash: it must be one of ${Object.keys(HASHES).join(', ')}`,
    );
  }
  return createHash(name).update(content).digest('hex');
};

/** A text may be made this wide by `$pad`: the payload limit. */
const PAD_LIMIT = 262_144;

/** JSONata's own `$pad`, with a limit: it would take all memory for a width that is a mistake. */
const pad = (text: unknown, width: unknown, fill: unknown): unknown => {
  if (typeof text !== 'string') return undefined;
  const wide = whole(width);
  if (Math.abs(wide) > PAD_LIMIT) throw new BoundPassed(MEMORY);
  const chars = typeof fill === 'string' && fill !== '' ? [...fill] : [' '];
  const missing = Math.max(0, Math.abs(wide) - [...text].length);
  const padding = Array.from({ length: missing }, (_, at) => chars[at % chars.length]).join('');
  return wide < 0 ? padding + text : text + padding;
};

const parse = (text: unknown): unknown => {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new Error(`The argument of $parse is not JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
};

/**
 * The functions Step Functions adds to JSONata (developer guide, "Transforming data with JSONata"). Chance comes from `random`.
 * `$random` with a seed gives what `java.util.Random` gives for it: AWS was seen to, and says only that one seed gives one number.
 */
export const addedFunctions = (random: EngineRandom): Readonly<Record<string, AddedFunction>> => ({
  partition: { run: partition, signature: '<a-n?:a>' },
  range: { run: range, signature: '<nnn?:a>' },
  hash: { run: hash, signature: '<s-s?:s>' },
  pad: { run: pad, signature: '<s-ns?:s>' },
  parse: { run: parse, signature: '<s-:x>' },
  uuid: { run: () => uuid(random), signature: '<:s>' },
  random: {
    run: (seed) => (seed === undefined ? random.fraction() : javaFraction(BigInt(whole(seed)))),
    signature: '<n?:n>',
  },
});
