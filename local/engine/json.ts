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

/** Reads JSON text; undefined when it is not JSON. */
export const parseJson = (text: string): Json | undefined => {
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
