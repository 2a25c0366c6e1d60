import { inTurns } from '../outside/in-turns.ts';
import type { NotifyOutside } from './channels.ts';
import { outboxPartition, sendDue } from './outbox.ts';

/** A row that was inserted into the ledger, as its stream tells of it. */
export interface Inserted {
  readonly partition: string;
  readonly sort: string;
  /** Its place in the stream. */
  readonly sequence: string;
}

/** Messages that are sent side by side: as many as one call of the stream brings at most (serverless.yml). */
const sideBySide = 10;

/**
 * Sends what was just put into the outbox, so that all of it takes as long as one message: five seconds a channel at most. Returns the places of
 * those that could not be looked at, which the stream brings again; what a channel did not take is in its row, and `sendWaiting` tries it again.
 * Never throws. Twice is as once: a stream tells at least once.
 */
export const sendNotices = async (
  inserted: readonly Inserted[],
  outside: NotifyOutside,
): Promise<readonly string[]> => {
  const failed: string[] = [];
  await inTurns(inserted, sideBySide, async ({ partition, sort, sequence }) => {
    try {
      if (partition === outboxPartition) await sendDue(sort, outside);
    } catch (error) {
      const because = error instanceof Error ? error.name : 'unknown';
      outside.log.error('notice could not be sent', { key: sort, because });
      failed.push(sequence);
    }
  });
  return failed;
};
