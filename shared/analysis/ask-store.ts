import type { Outside } from '../outside/outside.ts';
import type { MetricSource } from '../rollout/gate.ts';
import { readCapped } from './read-capped.ts';
import { failure, type Sample } from './sample.ts';

/** What a question to a store may take, also told to those that heed it. */
export const TIMEOUT_MS = 30_000;
/** A store's answer to a query that gives one value is far below this. */
const MOST_BYTES = 1_048_576;

export type StoreOutside = Pick<Outside, 'http' | 'secrets' | 'clock'>;

/** A question in the wire format of a store. */
export interface StoreQuestion {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** How the store wants its token announced. */
  readonly scheme: 'Bearer' | 'Token';
}

/** What a store answered, whole. */
export interface StoreAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * Puts one question to a store by POST and reads the whole answer. Never rejects but when `signal` aborts: an answer that is late,
 * cut off, too long or not to be had is an `error`. A token is read for each question and sent over TLS only.
 */
export const askStore = async (
  source: MetricSource,
  question: StoreQuestion,
  read: (answer: StoreAnswer) => Sample,
  outside: StoreOutside,
  signal: AbortSignal,
): Promise<Sample> => {
  const late = new AbortController();
  const cancel = outside.clock.after(TIMEOUT_MS, () => late.abort());
  try {
    const authorization = await authorizationOf(source, question, outside);
    const response = await outside.http(question.url, {
      method: 'POST',
      headers: { ...question.headers, ...authorization },
      body: question.body,
      allow: source.allow,
      signal: AbortSignal.any([signal, late.signal]),
    });
    const text = await readCapped(response, MOST_BYTES);
    if (text === undefined) return failure(`the answer has more than ${MOST_BYTES} bytes`);
    return read({ status: response.status, text });
  } catch (error) {
    signal.throwIfAborted();
    if (late.signal.aborted) return failure(`no answer within ${TIMEOUT_MS / 1000} s`);
    return failure(error instanceof Error ? error.message : String(error));
  } finally {
    cancel();
  }
};

const authorizationOf = async (
  { tokenSecret }: MetricSource,
  { url, scheme }: StoreQuestion,
  { secrets }: Pick<Outside, 'secrets'>,
): Promise<Readonly<Record<string, string>>> => {
  if (tokenSecret === undefined) return {};
  if (!url.startsWith('https:')) throw new Error('a token is only sent over https; change the URL of the store');
  return { authorization: `${scheme} ${(await secrets.get(tokenSecret)).reveal()}` };
};

export const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

export const isHtml = (text: string): boolean => /^\s*<(!doctype|html)/i.test(text);

/** What a store says, fit for a sentence. */
export const printable = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ').slice(0, 300);
