import type { Tls } from '../../outside/http.ts';
import type { MetricAccess } from '../../rollout/metric-source.ts';
import { failure, type Sample } from '../sample.ts';
import { readCapped } from './read-capped.ts';
import type { StoreOutside } from './reading.ts';

/** What a question to a store may take, also told to those that heed it. */
export const TIMEOUT_MS = 30_000;
/** A store's answer to a query that gives one value is far below this. */
const MOST_BYTES = 1_048_576;

/** A question in the wire format of a store. */
export interface StoreQuestion {
  readonly url: string;
  readonly method?: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** How the store wants its token announced. */
  readonly scheme?: 'Bearer' | 'Token' | 'none';
  /** Headers that hold secrets of other names, made when they are sent. */
  readonly secretHeaders?: Readonly<Record<string, () => Promise<string>>>;
  readonly mostBytes?: number;
  /** Media types that its answers have; where the answer says none, what it holds decides. */
  readonly expects: RegExp;
}

/** What a store answered, whole. */
export interface StoreAnswer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

/** Puts one question to a store and reads the whole answer, as `askStore` does; what is wrong with it is a failure. */
export const fetchStore = async (
  access: MetricAccess,
  question: StoreQuestion,
  outside: StoreOutside,
  signal: AbortSignal,
): Promise<StoreAnswer | { readonly failed: string }> => {
  const late = new AbortController();
  const cancel = outside.clock.after(TIMEOUT_MS, () => late.abort());
  const mostBytes = question.mostBytes ?? MOST_BYTES;
  try {
    const authorization = await authorizationOf(access, question, outside);
    const tls = await tlsOf(access, outside);
    const response = await outside.http(question.url, {
      method: question.method ?? 'POST',
      headers: { ...question.headers, ...authorization },
      ...(question.body === undefined ? {} : { body: question.body }),
      ...(tls === undefined ? {} : { tls }),
      allow: access.allow,
      signal: AbortSignal.any([signal, late.signal]),
    });
    const encoding = response.headers.get('content-encoding') ?? 'identity';
    if (encoding !== 'identity') {
      await response.body?.cancel();
      return { failed: `the answer is compressed (${printable(encoding)}), which was not asked for` };
    }
    const type = response.headers.get('content-type');
    if (response.status === 200 && type !== null && !question.expects.test(type)) {
      await response.body?.cancel();
      return { failed: `the answer is ${printable(type)}, expected ${question.headers.accept}` };
    }
    const text = await readCapped(response, mostBytes);
    if (text === undefined) return { failed: `the answer has more than ${mostBytes} bytes` };
    return { status: response.status, text, headers: response.headers };
  } catch (error) {
    signal.throwIfAborted();
    if (late.signal.aborted) return { failed: `no answer within ${TIMEOUT_MS / 1000} s` };
    return { failed: error instanceof Error ? error.message : String(error) };
  } finally {
    cancel();
  }
};

/**
 * Puts one question to a store and reads the whole answer. Never rejects but when `signal` aborts: an answer that is late, cut off,
 * compressed, too long or not to be had is an `error`. Secrets are read for each question, and sent over TLS or to this machine only.
 */
export const askStore = async (
  access: MetricAccess,
  question: StoreQuestion,
  read: (answer: StoreAnswer) => Sample,
  outside: StoreOutside,
  signal: AbortSignal,
): Promise<Sample> => {
  const answer = await fetchStore(access, question, outside, signal);
  return 'failed' in answer ? failure(answer.failed) : read(answer);
};

const authorizationOf = async (
  { tokenSecret, username }: MetricAccess,
  { url, scheme = 'Bearer', secretHeaders = {} }: StoreQuestion,
  { secrets }: Pick<StoreOutside, 'secrets'>,
): Promise<Readonly<Record<string, string>>> => {
  if (tokenSecret === undefined && Object.keys(secretHeaders).length === 0) return {};
  if (!url.startsWith('https:') && !isThisMachine(new URL(url).hostname))
    throw new Error('a token is only sent over https; change the URL of the store');
  const headers: Record<string, string> = {};
  for (const [name, make] of Object.entries(secretHeaders)) headers[name] = await make();
  if (tokenSecret === undefined || scheme === 'none' || headers.authorization !== undefined) return headers;
  const secret = (await secrets.get(tokenSecret)).reveal();
  const basic = username === undefined ? undefined : Buffer.from(`${username}:${secret}`).toString('base64');
  return { ...headers, authorization: basic === undefined ? `${scheme} ${secret}` : `Basic ${basic}` };
};

/** Nobody is between us and the loopback. A name is none, whatever it resolves to. */
const isThisMachine = (host: string): boolean => /^(127\.\d+\.\d+\.\d+|\[::1\])$/.test(host);

const tlsOf = async ({ tls }: MetricAccess, { secrets }: Pick<StoreOutside, 'secrets'>): Promise<Tls | undefined> => {
  if (tls === undefined) return undefined;
  const pem = async (name: string | undefined) => (name === undefined ? undefined : (await secrets.get(name)).reveal());
  const [ca, cert, key] = [await pem(tls.caSecret), await pem(tls.certSecret), await pem(tls.keySecret)];
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
};

/** JSON by any of its names. */
export const JSON_TYPE = /^(application|text)\/([\w.-]+\+)?json\b/i;

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
