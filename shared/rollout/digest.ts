import { hash } from 'node:crypto';

/**
 * The one text of a value: keys sorted by code point at every level, no spaces, array order kept, `undefined` members left out. As
 * RFC 8785 for all values that JSON can carry here (numbers are printed as ECMAScript prints them, which is what it asks).
 */
export const canonicalJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value);
};

/** SHA-256 of text or bytes, written `sha256:<64 hex>`. */
export const digestOf = (content: string | Uint8Array): `sha256:${string}` => `sha256:${hash('sha256', content)}`;
