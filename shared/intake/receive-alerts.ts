import type { TakenAlerts } from '../alerts/take-alerts.ts';
import { stored, update } from '../ledger/update.ts';
import type { Outside } from '../outside/outside.ts';
import type { AlertReport } from '../rollout/alerts.ts';
import { readAlertEvent } from './alert-event.ts';
import { bodyHash } from './deliveries.ts';
import type { Refused } from './refusal.ts';
import { proveSender, replayMs } from './sender-proof.ts';
import { type Delivery, jsonOf, refuseLarge } from './signature.ts';

/** Every alert was about something that is known, or asked for nothing. */
export interface AlertsReceived extends TakenAlerts {
  readonly outcome: 'taken';
  /** Alerts that the sender left out of its message. */
  readonly truncated?: number;
  /** The same delivery was answered before; nothing was done again. */
  readonly repeated: boolean;
}

/** Some alerts were about nothing that is known, which `message` says; the others were taken. */
export type AlertsRefused = Refused & Partial<Omit<AlertsReceived, 'outcome'>>;

export type AlertsAnswer = AlertsReceived | AlertsRefused;

/** Some thousands of alerts; within what one Lambda invocation can be given. */
const maxBody = 4 * 1024 * 1024;
/** The name of the secret that senders of alerts have. */
export const alertSecret = 'alerts';

/**
 * Takes a delivery of alerts: verified, read, and handed on to `take` as what it says. A sender learns by status 422 that an alert of it is about
 * nothing known; the others of the same delivery count. One that is signed is known again while its signature is good. Safe to do twice.
 */
export const receiveAlerts = async (
  outside: Pick<Outside, 'ledger' | 'clock' | 'secrets' | 'log'>,
  delivery: Delivery,
  take: (reports: readonly AlertReport[]) => Promise<TakenAlerts>,
): Promise<AlertsAnswer> => {
  const answer = await receive(outside, delivery, take);
  const { outcome, firing, resolved } = answer;
  const message = 'message' in answer ? { message: answer.message } : {};
  const lists = { held: answer.held?.join(', '), stopped: answer.stopped?.join(', ') };
  outside.log.info('alerts', { outcome, firing, resolved, ...lists, ...message });
  return answer;
};

const receive = async (
  outside: Pick<Outside, 'ledger' | 'clock' | 'secrets'>,
  delivery: Delivery,
  take: (reports: readonly AlertReport[]) => Promise<TakenAlerts>,
): Promise<AlertsAnswer> => {
  const tooLarge = refuseLarge(delivery, maxBody);
  if (tooLarge !== undefined) return tooLarge;
  const proven = await proveSender(outside, delivery, alertSecret);
  if (proven.outcome === 'refused') return proven;
  const json = jsonOf(delivery, maxBody);
  if ('outcome' in json) return json;
  const read = readAlertEvent(json.value);
  if ('outcome' in read) return read;
  const key = {
    partition: 'delivery#alerts',
    sort: bodyHash(Buffer.concat([Buffer.from(`${proven.signedAt}:`), delivery.body])),
  };
  const known = proven.signedAt === undefined ? undefined : await outside.ledger.get(key);
  if (known !== undefined) return { ...stored<AlertsAnswer>(known), repeated: true };
  const answer = answerOf(await take(read.reports), read.truncated);
  // Only what was answered to the end is known again: an attempt that died on the way is made up for by the next.
  if (proven.signedAt !== undefined) {
    await update(outside.ledger, key, () => ({ ...answer }), outside.clock.now() + 2 * replayMs);
  }
  return answer;
};

const answerOf = (taken: TakenAlerts, truncated: number): AlertsAnswer => {
  const said = { ...taken, ...(truncated === 0 ? {} : { truncated }), repeated: false };
  if (taken.unplacedInAll === 0) return { outcome: 'taken', ...said };
  const more = taken.unplacedInAll - taken.unplaced.length;
  const message = `${taken.unplaced.join('; ')}${more > 0 ? `; and ${more} more` : ''}; give alerts a label target, or say in alerts of the config what their labels mean`;
  return { outcome: 'refused', status: 422, code: 'ALERT_UNPLACED', message, ...said };
};
