import type { Outside } from '../outside/outside.ts';
import type { Audience } from '../rollout/audience.ts';
import { digestOf } from '../rollout/digest.ts';
import { isMissing, type Secret } from '../secrets/secrets.ts';
import { signedHeaders } from './sign.ts';

/** Something that people are told who look at no page. */
export interface Message {
  /** Names the occurrence: of one key people are told once, however many times and from however many places it is seen. */
  readonly key: string;
  /** One sentence. */
  readonly text: string;
  /** Where more is to be seen. */
  readonly link?: string;
}

export type NotifyOutside = Pick<Outside, 'ledger' | 'clock' | 'http' | 'secrets' | 'log'>;

/** The secrets that hold the addresses: a URL of Slack's, or of any server that takes JSON. Without one nobody is told. */
const channels = {
  'notify-slack': ({ text, link }: Message) => ({ text: link === undefined ? text : `${text}\n${link}` }),
  'notify-webhook': ({ key, text, link }: Message) => ({ key, text, ...(link === undefined ? {} : { link }) }),
} as const;

export type Channel = keyof typeof channels;
export type Address = readonly [Channel, Secret];

const dayMs = 24 * 3_600_000;
const timeoutMs = 5_000;

/** Where an audience is told. Throws where the secrets can not be read now; one that is missing is no channel. */
export const addressesOf = async (outside: NotifyOutside, audience: Audience): Promise<readonly Address[]> => {
  if (audience === 'nobody') return [];
  if (audience !== 'everybody') {
    const address = await secretOf(audience.secret, outside);
    return address === undefined ? [] : [[kindOf(address), address]];
  }
  const names = Object.keys(channels) as readonly Channel[];
  const found = await Promise.all(
    names.map(async (name) => {
      const address = await secretOf(name, outside);
      return address === undefined ? [] : [[name, address] as const];
    }),
  );
  return found.flat();
};

/** Slack's addresses are all of one host. */
const kindOf = (address: Secret): Channel =>
  /^https:\/\/hooks\.slack(-gov)?\.com\//.test(address.reveal().trim()) ? 'notify-slack' : 'notify-webhook';

/** A secret, or nothing where it is missing. */
export const secretOf = async (
  name: string,
  { secrets }: Pick<NotifyOutside, 'secrets'>,
): Promise<Secret | undefined> => {
  try {
    return await secrets.get(name);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
};

/** Sends by one channel what was first to be told at `at`; whether it was taken. What was not is logged, without the address. */
export const send = async (
  [name, address]: Address,
  message: Message,
  at: number,
  outside: NotifyOutside,
): Promise<boolean> => {
  const body = JSON.stringify(channels[name](message));
  const key = name === 'notify-webhook' ? await secretOf('notify-webhook-key', outside) : undefined;
  const signed = key === undefined ? {} : signedHeaders(idOf(message, at), body, key, outside.clock.now());
  const headers = { 'content-type': 'application/json', ...signed };
  const status = await ask(address, { method: 'POST', headers, body }, outside);
  if (status !== undefined && status < 300) return true;
  // Neither address nor answer: the address is the credential.
  outside.log.error('notification was not taken', { channel: name, key: message.key, status: status ?? 0 });
  return false;
};

/** The same for every try to tell of one occurrence on one day, so that a receiver can tell a repeat. */
const idOf = ({ key }: Message, at: number): string =>
  `msg_${digestOf(`${key} ${Math.floor(at / dayMs)}`).slice(7, 39)}`;

/** Asks an address, for five seconds at most; its status, or nothing where none came. */
export const ask = async (
  address: Secret,
  init: { readonly method: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string },
  { http, clock }: Pick<NotifyOutside, 'http' | 'clock'>,
): Promise<number | undefined> => {
  const late = new AbortController();
  const cancel = clock.after(timeoutMs, () => late.abort());
  try {
    const answer = await http(address.reveal().trim(), { ...init, signal: late.signal });
    await answer.body?.cancel();
    return answer.status;
  } catch {
    return undefined;
  } finally {
    cancel();
  }
};
