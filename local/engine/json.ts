/** A value that JSON can carry; what every input, output and variable of an execution is. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export type JsonObject = { readonly [key: string]: Json };

/** True for a JSON object; false for null and arrays. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The text that Step Functions stores and measures: no spaces, members in their own order. */
export const jsonText = (value: unknown): string => JSON.stringify(value);

const plainMember = (value: unknown): Json | undefined =>
  typeof value === 'function' || value === undefined ? undefined : plainJson(value);

/**
 * The JSON of what an expression gave: without the hidden members of JSONata's sequences and without functions. A number that is
 * none in JSON becomes the text that names it, as AWS has it: `"Infinity"`, `"NaN"`.
 */
export const plainJson = (value: unknown): Json => {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) return value.map((member) => plainMember(member) ?? null);
  if (typeof value !== 'object' || value === null) return null;
  const members = Object.entries(value).map(([key, member]) => [key, plainMember(member)] as const);
  return Object.fromEntries(members.filter((entry): entry is readonly [string, Json] => entry[1] !== undefined));
};

/** Levels of JSON at most, as the parser of AWS has it; more would overflow the stack of whoever walks it. */
const DEEPEST = 1000;

/** Whether brackets are inside each other deeper than that; those in strings count for nothing. */
const isTooDeep = (text: string): boolean => {
  if (text.length <= 2 * DEEPEST) return false;
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (quoted) {
      if (char === 0x5c) at += 1;
      else if (char === 0x22) quoted = false;
    } else if (char === 0x22) quoted = true;
    else if (char === 0x5b || char === 0x7b) {
      depth += 1;
      if (depth > DEEPEST) return true;
    } else if (char === 0x5d || char === 0x7d) depth -= 1;
  }
  return false;
};

/** Reads JSON text of at most 1,000 levels; undefined when it is not such. */
export const parseJson = (text: string): Json | undefined => {
  if (isTooDeep(text)) return undefined;
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
};

/** Size in UTF-8 bytes, the unit of every payload quota. */
export const byteLength = (text: string): number => Buffer.byteLength(text, 'utf8');

/** The word AWS uses for a value's type in its messages. */
export const typeName = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
};

/** Input and output of a state, an execution or a task, in bytes (Step Functions quotas, hard limit). */
export const PAYLOAD_LIMIT = 262_144;
