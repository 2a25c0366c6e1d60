import { readOwnWaivers } from '../ledger/alerts.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { queryAll, stored, update } from '../ledger/update.ts';
import type { FiringAlert } from '../rollout/alerts.ts';
import type { DriftedObject } from './assess-drift.ts';

/** How a target stood when it was looked at last. */
export interface Drift {
  readonly target: string;
  /** Epoch milliseconds of that look. */
  readonly at: number;
  /** What it is compared with. */
  readonly commit: string;
  readonly rollout: string;
  readonly status: 'as-deployed' | 'drifted' | 'unknown';
  /** Since when it has drifted, or could not be looked at. Absent where it is as deployed. */
  readonly since?: number;
  /** Of what could not be looked at. */
  readonly because?: string;
  /** How many objects differ, and the first of them. */
  readonly count?: number;
  readonly objects?: readonly DriftedObject[];
  /** The target is held for it, until a look finds it as deployed. */
  readonly holds?: boolean;
}

/** One that has drifted and is let by: by whom and why, for what was found then. */
export interface ShownDrift extends Drift {
  readonly waived?: NonNullable<FiringAlert['waived']>;
}

const partition = 'drift';

/** The alert that a target's drift is, by which it holds releases, is waived, and resolves. */
export const alertId = 'tidegate-drift';

/** Objects of a target that are kept: more are counted. */
export const MOST_DRIFTED = 20;

/** Keeps how a target stands; since when stays, while that is the same of the same rollout. An older look changes nothing. */
export const keepDrift = async (ledger: Ledger, drift: Omit<Drift, 'since'>): Promise<Drift> => {
  const row = await update(ledger, { partition, sort: drift.target }, (current) => {
    const before = current === undefined ? undefined : stored<Drift>(current);
    if (before !== undefined && before.at > drift.at) return undefined;
    if (drift.status === 'as-deployed') return { ...drift };
    const goesOn = before?.status === drift.status && before.rollout === drift.rollout;
    return { ...drift, since: (goesOn ? before.since : undefined) ?? drift.at };
  });
  return row === undefined ? drift : stored<Drift>(row);
};

/** Takes away how a target stood that is none any more. Twice is as once. */
export const dropDrift = async (ledger: Ledger, target: string): Promise<void> => {
  const row = await ledger.get({ partition, sort: target });
  if (row !== undefined) await ledger.remove({ partition, sort: target, expect: row.version });
};

/** How one target stood; `undefined` where nobody has looked. */
export const readDrift = async (ledger: Ledger, target: string): Promise<Drift | undefined> => {
  const row = await ledger.get({ partition, sort: target });
  return row === undefined ? undefined : stored<Drift>(row);
};

/** Every target that was ever looked at, by name. */
export const readDrifts = async (ledger: Ledger): Promise<readonly Drift[]> =>
  (await queryAll(ledger, partition)).map((row) => stored<Drift>(row));

/** Every target that was ever looked at, as people are shown it: in their order, and which of them somebody lets releases by to. */
export const showDrifts = async (ledger: Ledger): Promise<readonly ShownDrift[]> => {
  const [drifts, waivers] = await Promise.all([readDrifts(ledger), readOwnWaivers(ledger, alertId)]);
  return orderDrifts(drifts).map((drift) => {
    const waived = drift.holds === true ? waivers.get(drift.target) : undefined;
    return waived === undefined ? drift : { ...drift, waived };
  });
};

const rank = { drifted: 0, unknown: 1, 'as-deployed': 2 } as const;

/** Those that have drifted first, the oldest drift before the others; then those that could not be looked at. Pure. */
export const orderDrifts = (drifts: readonly Drift[]): readonly Drift[] =>
  drifts.toSorted(
    (a, b) => rank[a.status] - rank[b.status] || (a.since ?? 0) - (b.since ?? 0) || (a.target < b.target ? -1 : 1),
  );
