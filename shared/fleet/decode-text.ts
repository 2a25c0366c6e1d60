import { placesIn } from './line-places.ts';
import type { Finding } from './problem.ts';
import { findUnseen } from './unseen.ts';

/** Larger than any config that a person would review. */
const MOST_BYTES = 1_048_576;

/** The text of a config file: UTF-8, a byte order mark and CRLF accepted, nothing in it that is not seen. */
export const decodeText = (bytes: Uint8Array): { readonly text: string } | { readonly finding: Finding } => {
  if (bytes.byteLength > MOST_BYTES) {
    const what = `the file has ${bytes.byteLength} bytes`;
    return { finding: { code: 'FILE_TOO_LARGE', path: '', what, expected: `at most ${MOST_BYTES} bytes` } };
  }
  const text = new TextDecoder('utf-8').decode(bytes).replaceAll('\r\n', '\n');
  const broken = firstBrokenByte(bytes);
  if (broken !== undefined) {
    return { finding: { code: 'NOT_UTF8', path: '', what: `byte ${broken} is not UTF-8`, expected: 'UTF-8 text' } };
  }
  const unseen = findUnseen(text);
  if (unseen !== undefined) return { finding: { path: '', ...unseen.finding, ...placesIn(text)(unseen.offset) } };
  return { text };
};

/** Offset of the first byte that is not part of a well-formed sequence. */
const firstBrokenByte = (bytes: Uint8Array): number | undefined => {
  const lenient = new TextEncoder().encode(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
  if (lenient.byteLength === bytes.byteLength && lenient.every((byte, at) => byte === bytes[at])) return undefined;
  return lenient.findIndex((byte, at) => byte !== bytes[at]);
};
