import { createHash } from 'node:crypto';
import { type EngineRandom, uuid } from './given.ts';

const HASHES: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/** An array may have at most this many members when `$range` makes it (developer guide, intrinsic functions). */
const RANGE_LIMIT = 1000;

class FunctionFailure extends Error {
  override readonly name = 'FunctionFailure';
  constructor(subject: string, expected: string) {
    super(`${subject}: ${expected}`);
  }
}

const integer = (subject: string, value: unknown): number => {
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw new FunctionFailure(subject, `expected an integer, got ${JSON.stringify(value)}`);
  }
  return value;
};

const partition = (array: unknown, size: unknown): unknown => {
  if (array === undefined) return undefined;
  if (!Array.isArray(array)) throw new FunctionFailure('$partition', 'its first argument must be an array');
  const step = integer('$partition', size);
  if (step < 1) throw new FunctionFailure('$partition', `the size of a part must be positive, got ${step}`);
  return Array.from({ length: Math.ceil(array.length / step) }, (_, part) =>
    array.slice(part * step, part * step + step),
  );
};

const range = (first: unknown, last: unknown, delta: unknown): unknown => {
  const [from, to, by] = [first, last, delta].map((value) => integer('$range', value)) as [number, number, number];
  if (by === 0) throw new FunctionFailure('$range', 'the step must not be 0');
  const count = Math.max(0, Math.floor((to - from) / by) + 1);
  if (count > RANGE_LIMIT) throw new FunctionFailure('$range', `${count} members; at most ${RANGE_LIMIT} are allowed`);
  return Array.from({ length: count }, (_, at) => from + at * by);
};

const hash = (content: unknown, algorithm: unknown): unknown => {
  if (content === undefined) return undefined;
  const name = typeof algorithm === 'string' ? HASHES[algorithm] : undefined;
  if (name === undefined) {
    throw new FunctionFailure('$hash', `the algorithm must be one of ${Object.keys(HASHES).join(', ')}`);
  }
  return createHash(name)
    .update(typeof content === 'string' ? content : JSON.stringify(content))
    .digest('hex');
};

/** A text may be made this wide by `$pad`: the payload limit. */
const PAD_LIMIT = 262_144;

/** JSONata's own `$pad`, with a limit: it would take all memory for a width that is a mistake. */
const pad = (text: unknown, width: unknown, fill: unknown): unknown => {
  if (text === undefined) return undefined;
  if (typeof text !== 'string') throw new FunctionFailure('$pad', 'its first argument must be a string');
  const wide = integer('$pad', width);
  if (Math.abs(wide) > PAD_LIMIT) throw new FunctionFailure('$pad', `width ${wide}; at most ${PAD_LIMIT} is allowed`);
  const chars = typeof fill === 'string' && fill !== '' ? [...fill] : [' '];
  const missing = Math.max(0, Math.abs(wide) - [...text].length);
  const padding = Array.from({ length: missing }, (_, at) => chars[at % chars.length]).join('');
  return wide < 0 ? padding + text : text + padding;
};

const parse = (text: unknown): unknown => {
  if (text === undefined) return undefined;
  if (typeof text !== 'string') throw new FunctionFailure('$parse', 'its argument must be a string of JSON');
  try {
    return JSON.parse(text);
  } catch {
    throw new FunctionFailure('$parse', 'its argument is not JSON');
  }
};

/** A number in [0, 1) that depends on the seed alone. AWS's own stream for a seed is not documented, so it differs. */
const seededFraction = (seed: unknown): number => {
  const digest = createHash('sha256').update(JSON.stringify(seed)).digest();
  return digest.readUInt32BE(0) / 2 ** 32;
};

/**
 * The functions Step Functions adds to JSONata, and `$eval`, which it takes away (developer guide, "Transforming data with
 * JSONata"). Chance comes from `random`; bound anew for each evaluation so that nothing is shared.
 */
export const addedFunctions = (random: EngineRandom): Record<string, unknown> => ({
  eval: undefined,
  partition,
  range,
  hash,
  pad,
  parse,
  uuid: () => uuid(random),
  random: (seed: unknown) => (seed === undefined ? random.fraction() : seededFraction(seed)),
});
