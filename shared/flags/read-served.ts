import { OFREPProvider } from '@openfeature/ofrep-provider';
import { type EvaluationDetails, type JsonValue, OpenFeature } from '@openfeature/server-sdk';
import type { Clock } from '../outside/clock.ts';
import type { Http } from '../outside/http.ts';
import { canonicalJson } from '../rollout/digest.ts';
import { describeSetting, type FlagReading, type FlagSetting, type FlagValue } from '../rollout/flag.ts';
import { escapeForUrl, fillPlaceholders } from '../rollout/placeholders.ts';
import type { Target } from '../rollout/target.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { inTime } from './in-time.ts';
import { jsonWithin } from './json-within.ts';

/** Whether the code in a target is given what the store says. `unknown`: nobody answered, or said what it is. */
export type Served =
  | { readonly status: 'served' }
  | { readonly status: 'other'; readonly because: string }
  | { readonly status: 'unknown'; readonly because: string };

interface ServedOutside {
  readonly http: Http;
  readonly secrets: Secrets;
  readonly clock: Pick<Clock, 'after'>;
}

/** Who asks; flags that are given to a share of the users give this one always the same. */
const TARGETING_KEY = 'tidegate';
const quiet = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined };

/**
 * Asks a flag in a target as its code does: through OpenFeature, by OFREP (`POST /ofrep/v1/evaluate/flags/{key}`), which flagd and
 * ConfigCat's proxy both answer. The SDK gives the default for whatever goes wrong, so that an answer counts only without an error code.
 * Of a flag that is given to a share, either of its values is what the store says. Never rejects but when `signal` aborts.
 */
export const readServed = async (
  { ofrep, ofrepTokenSecret, allow }: FlagReading,
  key: string,
  off: FlagValue,
  wanted: FlagSetting,
  target: Target,
  outside: ServedOutside,
  signal: AbortSignal,
): Promise<Served> => {
  if (ofrep === undefined) return { status: 'served' };
  const baseUrl = fillPlaceholders(ofrep, target, escapeForUrl).replace(/\/$/, '');
  const place = `flag ${key} on ${target.name} (${new URL(baseUrl).host})`;
  const found = await inTime(outside, signal, place, async (within) => {
    const token = ofrepTokenSecret === undefined ? undefined : (await outside.secrets.get(ofrepTokenSecret)).reveal();
    if (token !== undefined && !baseUrl.startsWith('https:')) throw new Error('a token is only sent over https');
    const details = await evaluate(baseUrl, key, off, target, { ...outside, allow, token, within });
    return { status: 'found' as const, details };
  });
  if (found.status === 'unreachable') return { status: 'unknown', because: found.because };
  const { value, errorCode, errorMessage } = found.details;
  if (errorCode !== undefined) return { status: 'unknown', because: `${place}: ${errorCode}${saying(errorMessage)}` };
  const allowed = [wanted.value, ...(wanted.otherwise === undefined ? [] : [wanted.otherwise])].map(canonicalJson);
  if (allowed.includes(canonicalJson(value))) return { status: 'served' };
  return { status: 'other', because: `${place} is ${describeSetting({ value: value as FlagValue })}` };
};

const saying = (message: string | undefined): string => (message ? ` (${message.slice(0, 200)})` : '');

interface Asking extends Pick<ServedOutside, 'http'> {
  readonly allow: readonly string[];
  readonly token: string | undefined;
  readonly within: AbortSignal;
}

const evaluate = async (
  baseUrl: string,
  key: string,
  off: FlagValue,
  target: Target,
  { http, allow, token, within }: Asking,
): Promise<EvaluationDetails<boolean | string | number | JsonValue>> => {
  const provider = new OFREPProvider({
    baseUrl,
    fetchImplementation: async (input, init) => {
      const request = new Request(input, init);
      const answer = await http(request.url, {
        method: request.method,
        headers: {
          accept: 'application/json',
          'content-type': 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        body: await request.text(),
        allow,
        signal: within,
      });
      const document = await jsonWithin(answer);
      return new Response(document === undefined ? null : JSON.stringify(document), {
        status: answer.status,
        headers: { 'content-type': 'application/json' },
      });
    },
  });
  // The SDK keeps its providers by domain in one place of the process. What is kept there decides nothing: each question sets its own.
  // One for each target, since those that share an address are asked at the same time, each with its own time-out.
  const domain = `${baseUrl}#${key}#${target.name}`;
  await OpenFeature.setProviderAndWait(domain, provider);
  const client = OpenFeature.getClient(domain).setLogger(quiet);
  const context = { targetingKey: TARGETING_KEY, target: target.name };
  if (typeof off === 'boolean') return client.getBooleanDetails(key, off, context);
  if (typeof off === 'string') return client.getStringDetails(key, off, context);
  if (typeof off === 'number') return client.getNumberDetails(key, off, context);
  return client.getObjectDetails(key, off as JsonValue, context);
};
