import { brief } from '../rollout/outcome.ts';

/** A warning is a sentence; what is longer is cut. */
const longest = 300;
/** Distinct warnings kept of one object: the API server itself stops at about 4 kB of them. */
const mostKept = 20;

/**
 * The texts of `Warning` headers (RFC 7234, section 5.5; several headers arrive joined by commas), of code 299 alone, as the API server
 * sends them: each once, control characters and what is no header of that form left out.
 */
export const readWarnings = (header: string | null): readonly string[] => {
  const found = [...utf8(header ?? '').matchAll(/(?:^|,)\s*299 \S+ "((?:[^"\\]|\\.)*)"/g)];
  return joinWarnings(found.map(([, text = '']) => printable(text.replaceAll(/\\(.)/g, '$1'))));
};

/** Warnings of several requests as those of one: each once, in the order they came, twenty at most. */
export const joinWarnings = (...lists: readonly (readonly string[] | undefined)[]): readonly string[] =>
  [...new Set(lists.flatMap((list) => list ?? []))].filter((text) => text !== '').slice(0, mostKept);

/** Headers are read byte by byte (Fetch, "isomorphic decode"); the API server writes UTF-8 into this one. */
const utf8 = (header: string): string => {
  const bytes = Buffer.from(header, 'latin1');
  const text = bytes.toString('utf8');
  return bytes.toString('latin1') === header && !text.includes('\ufffd') ? text : header;
};

const printable = (text: string): string => brief(text.replaceAll(/\p{Cc}+/gu, ' ').trim(), longest);
