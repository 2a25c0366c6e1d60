import { update } from '../ledger/update.ts';
import type { Audience } from '../rollout/audience.ts';
import { addressesOf, ask, type Message, type NotifyOutside, secretOf } from './channels.ts';
import { sendNow, waitingRow } from './outbox.ts';

/**
 * Told by every channel; told before, or on its way; to be tried again, since some channel did not take it; held back, because more were
 * told within the hour than anybody reads; or nobody is there to be told.
 */
export type Told = 'told' | 'known' | 'later' | 'held-back' | 'nobody';

const mostAnHour = 20;
const hourMs = 3_600_000;
const knownMs = 24 * hourMs;

/**
 * Tells an audience, once for each key and day, at most 20 times an hour; the twentieth says that more are held back. Each audience has an hour
 * of its own: what one customer's target does silences nobody else. Each channel is an address in a secret, reached by the egress client, so
 * only public ones. What is to be told is kept before it is sent, so that what a channel did not take, or who dies on the way, is sent by
 * `sendWaiting`. Never throws, and takes no longer than a channel's five seconds. Twice is as once.
 */
export const notify = async (message: Message, outside: NotifyOutside, audience: Audience): Promise<Told> => {
  try {
    return await tell(message, outside, audience);
  } catch (error) {
    const because = error instanceof Error ? error.name : 'unknown';
    outside.log.error('nobody could be told', { key: message.key, because });
    return 'later';
  }
};

const tell = async (message: Message, outside: NotifyOutside, audience: Audience): Promise<Told> => {
  const { ledger, clock } = outside;
  if (!(await hasAddress(outside, audience))) return 'nobody';
  const known = { partition: 'notify', sort: `key#${message.key}` };
  if ((await ledger.get(known)) !== undefined) return 'known';
  const count = await countInHour(outside, audience);
  if (count > mostAnHour) return 'held-back';
  const last = count === mostAnHour ? ' (more within this hour are held back; look at the console)' : '';
  const now = clock.now();
  const kept = await ledger.transact([
    { ...known, data: { at: now }, expect: 'absent', expiresAt: now + knownMs },
    waitingRow({ ...message, text: `${message.text}${last}` }, audience, now),
  ]);
  if (!kept) return 'known';
  return (await sendNow(message.key, outside)) ? 'told' : 'later';
};

/** Whether anybody is there to be told; where the secrets can not be read, that is taken for yes. */
const hasAddress = async (outside: NotifyOutside, audience: Audience): Promise<boolean> => {
  try {
    return (await addressesOf(outside, audience)).length > 0;
  } catch {
    return true;
  }
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
