/** RFC 3339 with a capital T and a zone, the only form the language takes. */
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** Epoch milliseconds of a time in RFC 3339; undefined for a text that is none. */
export const readTimestamp = (text: string): number | undefined => {
  const at = TIMESTAMP.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
};
