import { brief } from '../../rollout/outcome.ts';
import { numberAt } from '../fields.ts';
import type { Judged } from '../settle/assess-workload.ts';
import type { Standing } from './assess-turn.ts';
import type { RestartRecord } from './restart-log.ts';

/** What is known of a workload of a restart plan beside how it looks now. */
export interface StandingFacts {
  readonly judged: Judged;
  /** The manifest exactly has been written, or was there. */
  readonly isDone: boolean;
  /** Of this deployment, oldest first. */
  readonly records: readonly RestartRecord[];
  /** Epoch milliseconds until which it may take to settle. */
  readonly until: number;
  readonly now: number;
}

/**
 * How far a workload is. | nothing begun, not done: waiting | gone, failed or doomed, or not ready when the time is over: failed | not
 * ready, or ready with more to write: under way | done and ready: settled |
 */
export const assessStanding = ({ judged, isDone, records, until, now }: StandingFacts): Standing => {
  const { settled, live } = judged;
  const isWell = settled.status === 'ready';
  const because = isWell ? '' : brief(`${settled.reason}: ${settled.message}`, 300);
  const ready = live?.kind === 'DaemonSet' ? 'numberReady' : 'readyReplicas';
  const isServing = (numberAt(live, 'status', ready) ?? 0) > 0;
  const settledAt = records.at(-1)?.settledAt;
  const standing = { isWell, isServing, because, ...(settledAt === undefined ? {} : { settledAt }) };
  if (!isDone && records.length === 0) return { ...standing, stage: 'waiting' };
  if (isWell) return { ...standing, stage: isDone ? 'settled' : 'under-way' };
  if (settled.status !== 'in-progress') return { ...standing, stage: 'failed' };
  if (now >= until) return { ...standing, stage: 'failed', because: brief(`not settled in time: ${because}`, 300) };
  return { ...standing, stage: 'under-way' };
};
