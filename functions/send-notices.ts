import * as z from 'zod/mini';
import { type Task, task } from '../shared/lambda/task.ts';
import { sendNotices as send } from '../shared/notify/send-notices.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { lambdaOutside } from './outside.ts';

const key = z.object({ S: z.string() });
const input = z.object({
  Records: z.array(
    z.object({ dynamodb: z.object({ Keys: z.object({ PK: key, SK: key }), SequenceNumber: z.string() }) }),
  ),
});

/** Called by the ledger's stream with what was put into the outbox. Answers with what is to be brought again (`ReportBatchItemFailures`). */
export const sendNotices = (all: Outside): Task =>
  task(all, input, async ({ Records }, _, outside) => {
    const inserted = Records.map(({ dynamodb: { Keys, SequenceNumber } }) => ({
      ...{ partition: Keys.PK.S, sort: Keys.SK.S, sequence: SequenceNumber },
    }));
    const failed = await send(inserted, outside);
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  });

/** What Lambda calls. */
export const handler = sendNotices(lambdaOutside());
