import type { Write } from '../ledger/ledger.ts';
import { update } from '../ledger/update.ts';
import type { Outside } from '../outside/outside.ts';
import type { Audience } from '../rollout/audience.ts';
import { ask, type Message, type NotifyOutside, secretOf } from './channels.ts';
import { waitingRow } from './outbox.ts';

type Kept = Pick<Outside, 'ledger' | 'clock'>;

const mostAnHour = 20;
const hourMs = 3_600_000;
const knownMs = 24 * hourMs;

/**
 * The rows that say a message is known and is to be sent, for the transaction that writes what it tells of: who dies before has done neither,
 * and who dies after has told. None where people are told already, once for each key and day; where it is for nobody; and beyond 20 an hour, of
 * which the twentieth says that more are held back. Each audience has an hour of its own: what one customer's target does silences nobody else.
 * Which channels there are is asked by who sends. Throws what the ledger throws; written twice, the second transaction is refused.
 */
export const noticeRows = async (message: Message, outside: Kept, audience: Audience): Promise<readonly Write[]> => {
  if (audience === 'nobody') return [];
  const known = { partition: 'notify', sort: `key#${message.key}` };
  if ((await outside.ledger.get(known)) !== undefined) return [];
  const count = await countInHour(outside, audience);
  if (count > mostAnHour) return [];
  const last = count === mostAnHour ? ' (more within this hour are held back; look at the console)' : '';
  const now = outside.clock.now();
  return [
    { ...known, data: { at: now }, expect: 'absent', expiresAt: now + knownMs },
    waitingRow({ ...message, text: `${message.text}${last}` }, audience, now),
  ];
};

/**
 * Tells an audience, by `noticeRows` alone: where what it tells of is no single row, and is seen again until it is over. Nothing is sent here.
 * Throws what the ledger throws. Twice is as once.
 */
export const notify = async (message: Message, outside: Kept, audience: Audience): Promise<void> => {
  await outside.ledger.transact(await noticeRows(message, outside, audience));
};

const countInHour = async ({ ledger, clock }: Kept, audience: Audience): Promise<number> => {
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
