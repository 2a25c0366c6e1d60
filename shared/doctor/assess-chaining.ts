import type { Found } from './check.ts';

/** Chained every minute; what waits for longer is not under way. */
const overdueMs = 10 * 60_000;

/** Whether what was done is given its place in the audit log's chain, by when the entry was made that waits longest; none where nothing waits. Pure. */
export const assessChaining = (oldest: number | undefined, now: number): Found => {
  if (oldest === undefined || now - oldest <= overdueMs) return { status: 'ok', found: 'what was done is chained' };
  return {
    status: 'failed',
    found: `what was done since ${new Date(oldest).toISOString()} waits for its place in the chain`,
    next: 'look at the log of chainAudit, and into the queue FailedEvents (docs/operate.md); tidegate audit verify says whether the chain is broken',
  };
};
