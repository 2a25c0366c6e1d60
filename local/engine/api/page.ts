import { createHash } from 'node:crypto';
import { isObject, type JsonObject, jsonText, parseJson } from '../json.ts';
import { WireError } from '../wire-error.ts';

/** A page asked for: at most `limit` rows beyond the one `after`, in the order of the list. */
export interface Page {
  readonly limit: number;
  readonly after: number;
  /** The token of the page that begins after this row. */
  tokenAfter(id: number): string;
}

/** A token of a page is good for a day. */
const LIFE_MS = 86_400_000;

/** What a page is of: the request but for where it begins and how long it is. */
const subjectOf = ({ nextToken: _, maxResults: __, ...rest }: JsonObject): string =>
  createHash('sha256')
    .update(jsonText(Object.entries(rest).toSorted(([a], [b]) => (a < b ? -1 : 1))))
    .digest('base64url')
    .slice(0, 16);

/**
 * The page that `maxResults` (0 or absent is 100) and `nextToken` ask for; `first` is the row before the first. Throws `InvalidToken`
 * for a token that is none of ours, of other arguments, or older than a day.
 */
export const pageOf = (input: JsonObject, now: number, first: number): Page => {
  const { maxResults, nextToken } = input;
  const subject = subjectOf(input);
  const page = {
    limit: typeof maxResults === 'number' && maxResults > 0 ? maxResults : 100,
    tokenAfter: (after: number) =>
      Buffer.from(jsonText({ after, subject, until: now + LIFE_MS })).toString('base64url'),
  };
  if (typeof nextToken !== 'string') return { ...page, after: first };
  const token = parseJson(Buffer.from(nextToken, 'base64url').toString());
  if (isObject(token) && token.subject === subject && typeof token.after === 'number' && Number(token.until) > now)
    return { ...page, after: token.after };
  throw new WireError('InvalidToken', `Invalid Token: '${nextToken}'`);
};

/** Lists that go from new to old begin before this row. */
export const NEWEST = Number.MAX_SAFE_INTEGER;

/** The rows of the page, which were read with one more than asked for, and the token of the next one if there is one. */
export const paged = <T>(
  rows: readonly T[],
  { limit, tokenAfter }: Page,
  idOf: (row: T) => number,
): { readonly shown: readonly T[]; readonly next: { nextToken?: string } } => {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { shown, next: rows.length > limit && last !== undefined ? { nextToken: tokenAfter(idOf(last)) } : {} };
};
