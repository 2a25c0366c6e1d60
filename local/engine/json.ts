/** A value that JSON can carry; what every input, output and variable of an execution is. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export type JsonObject = { readonly [key: string]: Json };

/** True for a JSON object; false for null and arrays. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The text that Step Functions stores and measures: no spaces, members in their own order. */
export const jsonText = (value: unknown): string => JSON.stringify(value);

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
