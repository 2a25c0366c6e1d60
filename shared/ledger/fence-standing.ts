import type { FenceStanding } from '../rollout/fence.ts';
import type { Ledger } from './ledger.ts';
import { queryAll, stored, update } from './update.ts';

/** What was found out about a target's API server, and when. */
export interface KeptStanding {
  readonly standing: FenceStanding;
  /** Of the policy that was looked for. */
  readonly version: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

const partition = 'fence-standings';
const keyOf = (target: string) => ({ partition, sort: target });

/** `undefined` for a target that was never written to. */
export const readFenceStanding = async (ledger: Ledger, target: string): Promise<KeptStanding | undefined> => {
  const row = await ledger.get(keyOf(target));
  return row === undefined ? undefined : stored<KeptStanding>(row);
};

/** Of all targets that were ever written to. */
export const readFenceStandings = async (ledger: Ledger): Promise<ReadonlyMap<string, KeptStanding>> =>
  new Map((await queryAll(ledger, partition)).map((row) => [row.sort, stored<KeptStanding>(row)]));

/** The last word counts. */
export const keepFenceStanding = async (ledger: Ledger, target: string, kept: KeptStanding): Promise<void> => {
  await update(ledger, keyOf(target), () => ({ ...kept }));
};

/**
 * How long it is taken for what it was, in milliseconds: nobody takes a policy away every day, and who grants what installing it needs
 * does not want to wait for a day.
 */
const enforcedForMs = 24 * 3_600_000;
const notEnforcedForMs = 3_600_000;

/** Whether what was found out still counts, for a policy of this version. */
export const isFresh = ({ standing, version, at }: KeptStanding, wanted: number, now: number): boolean =>
  version >= wanted && now < at + (standing.isEnforced ? enforcedForMs : notEnforcedForMs);
