import { update } from '../ledger/update.ts';
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

/** Told; told before; or held back, because more were told within the hour than anybody reads. */
export type Told = 'told' | 'known' | 'held-back' | 'nobody';

type NotifyOutside = Pick<Outside, 'ledger' | 'clock' | 'http' | 'secrets' | 'log'>;

/** The secrets that hold the addresses: a URL of Slack's, or of any server that takes JSON. Without one nobody is told. */
const channels = {
  'notify-slack': ({ text, link }: Message) => ({ text: link === undefined ? text : `${text}\n${link}` }),
  'notify-webhook': ({ key, text, link }: Message) => ({ key, text, ...(link === undefined ? {} : { link }) }),
} as const;

const mostAnHour = 20;
const hourMs = 3_600_000;
/** For so long somebody else sends it, or has died doing so. */
const claimedMs = 60_000;
const knownMs = 24 * hourMs;
const timeoutMs = 5_000;

/**
 * Tells an audience, once for each key and day, at most 20 times an hour; the twentieth says that more are held back. Each audience has an hour
 * of its own: what one customer's target does silences nobody else. Each channel is an address in a secret, reached by the egress client, so
 * only public ones. Never throws: who could not be told is logged, and told at the next occasion. Twice is as once.
 */
export const notify = async (message: Message, outside: NotifyOutside, audience: Audience): Promise<Told> => {
  const { ledger, clock } = outside;
  const addresses = await addressesOf(outside, audience);
  if (addresses.length === 0) return 'nobody';
  const key = { partition: 'notify', sort: `key#${message.key}` };
  const claim = { ...key, data: { at: clock.now() }, expect: 'absent' as const };
  const claimed = await ledger.put({ ...claim, expiresAt: clock.now() + claimedMs });
  if (claimed === undefined) return 'known';
  const count = await countInHour(outside, audience);
  if (count > mostAnHour) return 'held-back';
  const last = count === mostAnHour ? ' (more within this hour are held back; look at the console)' : '';
  const sent = { ...message, text: `${message.text}${last}` };
  const sends = addresses.map(([name, address]) => send(name, address, sent, outside));
  if ((await Promise.all(sends)).includes(true))
    await ledger.put({ ...claim, expect: claimed.version, expiresAt: clock.now() + knownMs });
  return 'told';
};

const countInHour = async ({ ledger, clock }: NotifyOutside, audience: Audience): Promise<number> => {
  const hour = Math.floor(clock.now() / hourMs);
  const whose = typeof audience === 'string' ? audience : audience.secret;
  const key = { partition: 'notify', sort: `hour#${hour}#${whose}` };
  const row = await update(
    ledger,
    key,
    (before) => ({ count: Number(before?.data.count ?? 0) + 1 }),
    (hour + 2) * hourMs,
  );
  return Number(row?.data.count ?? 0);
};

type Channel = keyof typeof channels;

const addressesOf = async (
  outside: NotifyOutside,
  audience: Audience,
): Promise<readonly (readonly [Channel, Secret])[]> => {
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

const secretOf = async (name: string, { secrets }: NotifyOutside): Promise<Secret | undefined> => {
  try {
    return await secrets.get(name);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
};

const send = async (name: Channel, address: Secret, message: Message, outside: NotifyOutside): Promise<boolean> => {
  const body = JSON.stringify(channels[name](message));
  const key = name === 'notify-webhook' ? await secretOf('notify-webhook-key', outside) : undefined;
  const signed = key === undefined ? {} : signedHeaders(idOf(message, outside), body, key, outside.clock.now());
  const headers = { 'content-type': 'application/json', ...signed };
  const status = await ask(address, { method: 'POST', headers, body }, outside);
  if (status !== undefined && status < 300) return true;
  // Neither address nor answer: the address is the credential.
  outside.log.error('notification was not taken', { channel: name, key: message.key, status: status ?? 0 });
  return false;
};

/** The same for every try to tell of one occurrence on one day, so that a receiver can tell a repeat. */
const idOf = ({ key }: Message, { clock }: NotifyOutside): string =>
  `msg_${digestOf(`${key} ${Math.floor(clock.now() / knownMs)}`).slice(7, 39)}`;

/**
 * Shows an outside service that all is alive, where the secret `heartbeat` has its address: who hears nothing for some minutes knows that
 * nothing here can tell. Never throws.
 */
export const beat = async (outside: NotifyOutside): Promise<boolean> => {
  const address = await secretOf('heartbeat', outside);
  if (address === undefined) return false;
  const status = await ask(address, { method: 'POST' }, outside);
  if (status === undefined || status >= 300) outside.log.error('heartbeat was not taken', { status: status ?? 0 });
  return status !== undefined && status < 300;
};

const ask = async (
  address: Secret,
  init: { readonly method: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string },
  { http, clock }: NotifyOutside,
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
