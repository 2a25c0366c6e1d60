import type { Clock } from '../outside/clock.ts';
import type { Ledger, Write } from './ledger.ts';

const dayMs = 24 * 3_600_000;

/** How long an entry of the audit log is kept after it was chained, and what it is about after it was written. */
export const auditDays = 400;

/** How long rows are kept after their last write: those of a partition that begins so. */
interface Kept {
  readonly partition: string;
  readonly days: number;
  readonly because: string;
}

/**
 * The first that fits counts; what none fits is kept for good: what a target has and which of its jobs ran, which merges were taken, who has
 * a wave. Work is what a step needs to go on; evidence is what people ask about later: who approved what, on which measurements. Longer
 * than the 365 days that an execution can run, so that no row goes while somebody may need it to go on.
 */
const retention: readonly Kept[] = [
  { partition: 'rollout#', days: 400, because: 'evidence: plans, verdicts, results, events, approvals, the end' },
  { partition: 'rollouts', days: 400, because: 'the list of them' },
  { partition: 'approval#', days: 400, because: 'evidence: who decided' },
  { partition: 'hold-history', days: 400, because: 'evidence: who held what, and why' },
  {
    partition: 'audit-entries',
    days: auditDays,
    because: 'evidence: who did what; their digests stay in the chain for good',
  },
  { partition: 'test#', days: 400, because: 'evidence: what a test of a wave answered' },
  { partition: 'deployment#', days: 400, because: 'evidence: every write to a target' },
  {
    partition: 'probes#',
    days: 90,
    because: 'work: samples of single slices; what was judged of them is in the rollout',
  },
  { partition: 'delivery#artifact', days: 90, because: 'work: no sender repeats an event for so long' },
];

/** When a row of a partition written now may go; `undefined` for what is kept for good. Pure. */
export const keptUntil = (partition: string, now: number): number | undefined => {
  const kept = retention.find((each) => partition.startsWith(each.partition));
  return kept === undefined ? undefined : now + kept.days * dayMs;
};

/**
 * SQL that gives the rows of a table `ledger` their time which were written before rows had one, counted from `now`; what has one keeps it, so
 * that again changes nothing. Pure.
 */
export const keepingSql = (now: number): string =>
  retention
    .map(
      ({ partition, days }) =>
        `UPDATE ledger SET expires_at = ${now + days * dayMs} WHERE expires_at IS NULL AND substr(partition, 1, ${partition.length}) = '${partition}';`,
    )
    .join('\n');

/** A ledger that gives what is written to it its time, by `retention`. What says itself when it expires keeps that. */
export const withRetention = (ledger: Ledger, clock: Pick<Clock, 'now'>): Ledger => {
  const timed = (write: Write): Write => {
    const expiresAt = write.expiresAt ?? keptUntil(write.partition, clock.now());
    return expiresAt === undefined ? write : { ...write, expiresAt };
  };
  return {
    get: (key) => ledger.get(key),
    query: (partition, range) => ledger.query(partition, range),
    remove: (key) => ledger.remove(key),
    put: (write) => ledger.put(timed(write)),
    transact: (changes) => ledger.transact(changes.map((change) => ('data' in change ? timed(change) : change))),
  };
};
