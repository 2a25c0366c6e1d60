import type { Approval } from '../../shared/approval/approval.ts';
import { readOpenApprovals } from '../../shared/approval/rows.ts';
import type { ProbedTarget } from '../../shared/availability/assess-objective-standings.ts';
import type { Outage } from '../../shared/availability/assess-standings.ts';
import { readProbed } from '../../shared/availability/read-probed.ts';
import { readOutages } from '../../shared/availability/watch-probers.ts';
import { readAllHolds } from '../../shared/ledger/alerts.ts';
import { type KeptStanding, readFenceStandings } from '../../shared/ledger/fence-standing.ts';
import {
  listFleetRollouts,
  listNewestPrepared,
  listOpenRollouts,
  type Rollout,
  readRollout,
} from '../../shared/ledger/rollouts.ts';
import { readTargetStates, type TargetState } from '../../shared/ledger/target-state.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import type { Hold } from '../../shared/rollout/holds.ts';
import { type PrivateRow, readPrivate } from './read-private.ts';
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
  /** Private targets, and how far each is behind the fleet. */
  readonly following: readonly PrivateRow[];
  /** What is frozen, halted, paused, and held by alerts. */
  readonly holds: readonly Hold[];
}

/** How many of the newest rollouts of the fleet private ones are compared with. */
const compared = 50;

/** What the fleet page shows. Reads only. */
export const readFleetRows = async (
  stored: Pick<Outside, 'ledger' | 'blobs' | 'clock' | 'settings'>,
): Promise<FleetRows> => {
  const states = await readTargetStates(stored.ledger);
  const { ledger } = stored;
  const underWay = (await listOpenRollouts(ledger)).filter(({ end }) => end === undefined);
  const prepared = await listNewestPrepared(ledger);
  const shown = newestFirst([...underWay, ...prepared, ...(await readWriting(states, ledger))]);
  const rollouts = (await Promise.all(shown.map((rollout) => readRolloutRows(rollout, stored)))).filter(
    (rows) => rows !== undefined,
  );
  const [probed, outages, fences, approvals, compareWith, holds] = await Promise.all([
    readProbed(states, stored),
    readOutages(stored),
    readFenceStandings(ledger),
    readOpenApprovals(ledger),
    listFleetRollouts(ledger, compared),
    readAllHolds(ledger),
  ]);
  const ofPrivate = [...prepared, ...underWay].filter(({ only }) => only !== undefined);
  const following = await readPrivate([...compareWith, ...ofPrivate], states, stored);
  return { states, rollouts, probed, outages, approvals, fences, following, holds };
};

/** The rollouts that the targets were written to by last. */
const readWriting = async (
  states: ReadonlyMap<string, TargetState>,
  ledger: Outside['ledger'],
): Promise<readonly Rollout[]> => {
  const names = new Set([...states.values()].flatMap(({ begun }) => begun?.rollout ?? []));
  const found = await Promise.all([...names].map((name) => readRollout(ledger, name)));
  return found.filter((rollout) => rollout !== undefined);
};

/** The names of them, each once. */
const newestFirst = (rollouts: readonly Rollout[]): readonly string[] => [
  ...new Set(
    rollouts
      .toSorted((a, b) => b.startedAt - a.startedAt || (a.rollout < b.rollout ? 1 : -1))
      .map(({ rollout }) => rollout),
  ),
];
