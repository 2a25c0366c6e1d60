import type { Clock } from '../outside/clock.ts';
import type { Http } from '../outside/http.ts';
import { canonicalJson, digestOf } from '../rollout/digest.ts';
import { type ConfigCatStore, type FlagReading, inWave } from '../rollout/flag.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { readConfigCat, writeConfigCat } from './configcat-value.ts';
import type { FlagPlace, FlagRead, FlagWritten } from './flag-place.ts';
import { inTime } from './in-time.ts';
import { jsonWithin } from './json-within.ts';

interface ConfigCatOutside {
  readonly http: Http;
  readonly secrets: Secrets;
  readonly clock: Pick<Clock, 'after'>;
}

type Failed = { readonly status: 'refused' | 'unreachable'; readonly because: string };

/**
 * A flag in an environment of ConfigCat, by its public management API for configs of version 2
 * (configcat.com/docs/api/reference/feature-flag-setting-values-using-sdk-key-v-2): basic authentication, the environment named by its SDK
 * key. The API knows no conditional write, so it is read before it is written, and once more after: a change in that moment shows at the
 * next look. Replaced as a whole (PUT), since what is approved is all that the flag serves. 429 is `unreachable` and says how long to wait.
 */
export const configCatPlace = (
  { api, sdkKeySecret, userSecret, passwordSecret }: ConfigCatStore['configcat'],
  { allow }: Pick<FlagReading, 'allow'>,
  key: string,
  wave: string,
  outside: ConfigCatOutside,
): FlagPlace => {
  const url = `${api.replace(/\/$/, '')}/v2/settings/${encodeURIComponent(key)}/value`;
  const place = `ConfigCat (${new URL(api).host}), wave ${wave}`;

  const ask = async (
    method: 'GET' | 'PUT',
    body: unknown,
    signal: AbortSignal,
  ): Promise<Failed | { readonly document: unknown }> => {
    if (!api.startsWith('https:'))
      return { status: 'refused', because: `${place}: credentials are only sent over https` };
    const secret = async (name: string): Promise<string> => (await outside.secrets.get(name)).reveal();
    const basic = Buffer.from(`${await secret(userSecret)}:${await secret(passwordSecret)}`).toString('base64');
    const answer = await outside.http(url, {
      method,
      headers: {
        accept: 'application/json',
        authorization: `Basic ${basic}`,
        'x-configcat-sdkkey': await secret(inWave(sdkKeySecret, wave)),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      allow,
      signal,
    });
    const document = await jsonWithin(answer);
    if (answer.status === 200 && document !== undefined) return { document };
    return failed(place, answer.status, answer.headers);
  };

  const fetchFlag = async (signal: AbortSignal) => {
    const found = await ask('GET', undefined, signal);
    if ('status' in found) return found;
    const flag = readConfigCat(found.document, key);
    if (!flag.ok) return { status: 'refused' as const, because: `${place}: ${flag.because}` };
    return { ...flag, version: digestOf(canonicalJson([flag.setting, flag.updatedAt])) };
  };

  return {
    read: (signal): Promise<FlagRead> =>
      inTime(outside, signal, place, async (within) => {
        const flag = await fetchFlag(within);
        return 'status' in flag ? flag : { status: 'read', setting: flag.setting, version: flag.version };
      }),
    write: (setting, version, signal): Promise<FlagWritten> =>
      inTime(outside, signal, place, async (within): Promise<FlagWritten> => {
        const flag = await fetchFlag(within);
        if ('status' in flag) return flag;
        if (flag.version !== version)
          return { status: 'changed', because: `${place}: flag ${key} was changed between reading and writing` };
        const next = writeConfigCat(setting, flag.type);
        if (!next.ok) return { status: 'refused', because: `${place}: ${next.because}` };
        const answer = await ask('PUT', next.body, within);
        return 'status' in answer ? answer : { status: 'written' };
      }),
  };
};

/** What is said of an answer that is no flag. What is told to slow down, or is in trouble, may answer the next time. */
const failed = (place: string, status: number, headers: Headers): Failed => {
  const again = headers.get('retry-after') ?? headers.get('x-rate-limit-reset');
  if (status === 429) {
    const wait = again === null ? '' : `, until ${again.slice(0, 40)}`;
    return { status: 'unreachable', because: `${place} asks to slow down (429)${wait}` };
  }
  const hint = {
    401: ': the credentials are refused',
    403: ': the credentials may not',
    404: ': there is no such flag or SDK key',
  };
  const because = `${place} answered ${status}${hint[status as 401] ?? ''}`;
  return { status: status >= 400 && status < 500 ? 'refused' : 'unreachable', because };
};
