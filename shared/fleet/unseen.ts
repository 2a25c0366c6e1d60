import type { Finding } from './problem.ts';

/**
 * Control and format characters but tab and line ends, and halves of surrogate pairs: they are not seen, or they turn the order
 * in which a line is read (CVE-2021-42574).
 */
const UNSEEN = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u;

/** The first character of `text` that a reader would not see, and where it is. */
export const findUnseen = (
  text: string,
): { readonly finding: Omit<Finding, 'path'>; readonly offset: number } | undefined => {
  const found = UNSEEN.exec(text);
  if (found === null) return undefined;
  const code = found[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  const what = `the character U+${code} can not be seen`;
  return {
    offset: found.index,
    finding: { code: 'CHARACTER_UNSEEN', what, expected: 'visible characters', fix: 'remove it' },
  };
};
