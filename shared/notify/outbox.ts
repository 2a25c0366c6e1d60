import type { Row, Write } from '../ledger/ledger.ts';
import { queryAll, stored } from '../ledger/update.ts';
import { inTurns } from '../outside/in-turns.ts';
import type { Audience } from '../rollout/audience.ts';
import { type Address, addressesOf, type Channel, type Message, type NotifyOutside, send } from './channels.ts';

/** A message that some channel has not taken yet. */
interface Waiting {
  readonly message: Message;
  readonly audience: Audience;
  /** Channels that are still to take it. Absent: all there are. */
  readonly channels?: readonly Channel[];
  /** When it was first to be told, how often that was tried, and when it is tried next: at 0 by whoever looks first. */
  readonly at: number;
  readonly tries: number;
  readonly nextAt: number;
}

/** Who begins to send has so long, or has died doing so; a second try waits so long, each later one twice as long. */
const sendingMs = 60_000;
/** What nobody took for a day is of no use any more. */
const keptMs = 24 * 3_600_000;
const longestPauseMs = 3_600_000;
/** Messages that one look tries: an outage of a channel is not answered by a flood when it is back. */
const mostAtOnce = 20;

/** Of the messages that are to be sent. What is inserted here calls `sendNotices`, by the ledger's stream (serverless.yml). */
export const outboxPartition = 'notify-outbox';

/** The row that says a message is to be sent, for the write that also says that it is known. */
export const waitingRow = (message: Message, audience: Audience, now: number): Write => {
  // Rows of before there was a stream are due a minute later, and their writers send by themselves.
  const waiting: Waiting = { message, audience, at: now, tries: 0, nextAt: 0 };
  return {
    partition: outboxPartition,
    sort: message.key,
    data: { ...waiting },
    expect: 'absent',
    expiresAt: now + keptMs,
  };
};

/**
 * Sends the message that waits under a key, unless it is not due: every channel has taken it, or somebody else has begun to send. Throws what
 * the ledger throws, and never for what a channel or a secret does. Twice is as once.
 */
export const sendDue = async (key: string, outside: NotifyOutside): Promise<void> => {
  const row = await outside.ledger.get({ partition: outboxPartition, sort: key });
  if (row !== undefined && isDue(row, outside.clock.now())) await claimAndDeliver(row, outside);
};

/**
 * Tries what is due of what some channel has not taken, twenty at most and side by side, so that all of it takes as long as one: a channel that
 * does not answer must not hold up whoever calls. Each is tried again after twice the time, an hour at most, for a day. Of several who do this
 * at once one sends. Never throws for what a channel or a secret does.
 */
export const sendWaiting = async (outside: NotifyOutside): Promise<void> => {
  const now = outside.clock.now();
  const due = (await queryAll(outside.ledger, outboxPartition)).filter((row) => isDue(row, now)).slice(0, mostAtOnce);
  await inTurns(due, mostAtOnce, (row) => claimAndDeliver(row, outside));
};

const isDue = (row: Row, now: number): boolean => stored<Waiting>(row).nextAt <= now;

/** Of several who look at the row at once the one whose claim is written sends. */
const claimAndDeliver = async (row: Row, outside: NotifyOutside): Promise<void> => {
  const waiting = stored<Waiting>(row);
  const nextAt = outside.clock.now() + Math.min(longestPauseMs, sendingMs * 2 ** waiting.tries);
  const claimed = await outside.ledger.put({ ...row, data: { ...waiting, nextAt }, expect: row.version });
  if (claimed !== undefined) await deliver(claimed, outside);
};

/** Sends by the channels that are left, and keeps which are left then. */
const deliver = async (row: Row, outside: NotifyOutside): Promise<void> => {
  const waiting = stored<Waiting>(row);
  const left = await sendAll(waiting, outside);
  if (left?.length === 0) {
    await outside.ledger.remove({ ...row, expect: row.version });
    return;
  }
  const data = { ...waiting, tries: waiting.tries + 1, ...(left === undefined ? {} : { channels: left }) };
  await outside.ledger.put({ ...row, data, expect: row.version });
};

/** The channels that did not take it; nothing where it is not known which there are. */
const sendAll = async (
  { message, audience, channels, at }: Waiting,
  outside: NotifyOutside,
): Promise<readonly Channel[] | undefined> => {
  let addresses: readonly Address[];
  try {
    addresses = (await addressesOf(outside, audience)).filter(([name]) => channels?.includes(name) ?? true);
  } catch (error) {
    const because = error instanceof Error ? error.name : 'unknown';
    outside.log.error('notification has no address now', { key: message.key, because });
    return undefined;
  }
  const taken = await Promise.all(addresses.map((address) => send(address, message, at, outside).catch(() => false)));
  return addresses.flatMap(([name], place) => (taken[place] === true ? [] : [name]));
};
