import type { Cluster } from '../clouds/cluster.ts';
import { getObject } from './api-requests.ts';
import { assessOpenWrite, type OpenWrite, type PendingWrite } from './assess-open-write.ts';
import { inFlight } from './in-flight.ts';
import type { Journal } from './writing.ts';

/**
 * Finds out at the target what became of writes whose outcome nobody recorded, and records it; returns those that may still arrive, in
 * the order given. One GET for each. Twice is safe.
 * @throws ClusterUnreachable, AccessRefused, ApiServerRefused where the target can not be read: they stay open.
 */
export const readOpenWrites = async (
  open: readonly OpenWrite[],
  cluster: Cluster,
  journal: Pick<Journal, 'outcome'>,
  now: number,
  signal: AbortSignal,
): Promise<readonly PendingWrite[]> => {
  const found = await inFlight(open, async (write): Promise<PendingWrite | undefined> => {
    const live = await getObject(cluster, write.path, signal);
    const judged = assessOpenWrite(write, live, now);
    if (judged.is === 'pending') return { ...write, live };
    await journal.outcome(write.intent, { status: judged.is, because: `found by the next attempt: ${judged.because}` });
    return undefined;
  });
  return found.filter((write) => write !== undefined);
};
