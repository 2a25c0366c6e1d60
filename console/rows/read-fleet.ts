import type { Approval } from '../../shared/approval/approval.ts';
import { readOpenApprovals } from '../../shared/approval/rows.ts';
import type { ProbedTarget } from '../../shared/availability/assess-objective-standings.ts';
import type { Outage } from '../../shared/availability/assess-standings.ts';
import { readProbed } from '../../shared/availability/read-probed.ts';
import { readOutages } from '../../shared/availability/watch-probers.ts';
import { readAlertHolds } from '../../shared/ledger/alerts.ts';
import { type KeptStanding, readFenceStandings } from '../../shared/ledger/fence-standing.ts';
import { readHolds } from '../../shared/ledger/holds.ts';
import { listRollouts, type Rollout } from '../../shared/ledger/rollouts.ts';
import { readTargetStates, type TargetState } from '../../shared/ledger/target-state.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import type { Hold } from '../../shared/rollout/holds.ts';
import { readRolloutRows } from './read-rollout.ts';
import type { RolloutRows } from './rollout-rows.ts';

/** All that is known of the fleet. */
export interface FleetRows {
  readonly states: ReadonlyMap<string, TargetState>;
  /** Newest first: those under way, those that a target was written to by last, and the newest that was prepared. */
  readonly rollouts: readonly RolloutRows[];
  /** The probe gates of what is verified, with the days they were probed on schedule. */
  readonly probed: readonly ProbedTarget[];
  readonly outages: readonly Outage[];
  /** Oldest first. */
  readonly approvals: readonly Approval[];
  /** What the API servers do about stale writers, of targets that were ever written to. */
  readonly fences: ReadonlyMap<string, KeptStanding>;
  /** What is frozen, halted, paused, and held by alerts. */
  readonly holds: readonly Hold[];
}

/** How many of the newest rollouts are looked at. One that is older and still under way has been forgotten by everybody. */
const looked = 50;

/** What the fleet page shows. Reads only. */
export const readFleetRows = async (
  stored: Pick<Outside, 'ledger' | 'blobs' | 'clock' | 'settings'>,
): Promise<FleetRows> => {
  const states = await readTargetStates(stored.ledger);
  const newest = await listRollouts(stored.ledger, looked);
  const written = new Set([...states.values()].map((state) => state.begun?.rollout));
  const prepared = newest.find((rollout) => rollout.release !== undefined)?.rollout;
  const isShown = ({ rollout, end }: Rollout) => end === undefined || written.has(rollout) || rollout === prepared;
  const rollouts: RolloutRows[] = [];
  for (const { rollout } of newest.filter(isShown)) {
    const rows = await readRolloutRows(rollout, stored);
    if (rows !== undefined) rollouts.push(rows);
  }
  const { ledger } = stored;
  const probed = await readProbed(states, stored);
  const outages = await readOutages(stored);
  const fences = await readFenceStandings(ledger);
  const approvals = await readOpenApprovals(ledger);
  const holds = [...(await readHolds(ledger)), ...(await readAlertHolds(ledger))];
  return { states, rollouts, probed, outages, approvals, fences, holds };
};
