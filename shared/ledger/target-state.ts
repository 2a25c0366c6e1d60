import type { Digest } from '../blobs/blobs.ts';
import type { Data, Ledger } from './ledger.ts';
import { queryAll, update } from './update.ts';

/** A release on a target, and the rollout that brought it. */
export interface Standing {
  readonly release: Digest;
  readonly rendered: Digest;
  readonly commit: string;
  readonly rollout: string;
  readonly at: number;
}

/** What a target has: the release that was begun last, the one that was verified last, and those verified before that. */
export interface TargetState {
  readonly target: string;
  /** Written before the first write of a rollout. Absent: never written to by us. */
  readonly begun?: Standing;
  /** Of a wave that passed its gates. */
  readonly verified?: Standing;
  /** What was verified before `verified`, by other rollouts, newest first. */
  readonly earlier?: readonly Standing[];
  /** The rollout that is being taken back here: from before the first write of that until the target is back. Stays where that failed. */
  readonly leaving?: string;
}

/** Where a rollback of `rollout` takes the target: what was verified before it. Absent: there is no way back. */
export const wayBack = (state: TargetState, rollout: string): Standing | undefined =>
  state.verified?.rollout === rollout ? state.earlier?.[0] : state.verified;

/** Whether something was verified on a target before `rollout`. */
export const hadBefore = (states: ReadonlyMap<string, TargetState>, target: string, rollout: string): boolean =>
  wayBack(states.get(target) ?? { target }, rollout) !== undefined;

const keyOf = (target: string) => ({ partition: 'targets', sort: target });

const stateOf = (target: string, data: Data | undefined): TargetState => ({ ...data, target });

export const readTargetState = async (ledger: Ledger, target: string): Promise<TargetState> =>
  stateOf(target, (await ledger.get(keyOf(target)))?.data);

/** The states of all targets that were ever written to. */
export const readTargetStates = async (ledger: Ledger): Promise<ReadonlyMap<string, TargetState>> =>
  new Map((await queryAll(ledger, 'targets')).map((row) => [row.sort, stateOf(row.sort, row.data)]));

/** Before the first write: from now on the target may hold something of this rollout. Twice is as once. */
export const markBegun = async (ledger: Ledger, target: string, standing: Standing): Promise<void> => {
  await ledger.put({
    partition: `rollout#${standing.rollout}`,
    sort: `begun#${target}`,
    data: { at: standing.at },
    expect: 'absent',
  });
  await update(ledger, keyOf(target), (row) => {
    const begun = stateOf(target, row?.data).begun;
    return begun?.rollout === standing.rollout && begun.release === standing.release
      ? undefined
      : { ...row?.data, begun: standing };
  });
};

/**
 * Before the first write of a way back: from now on the target may have less of `rollout` than was brought to it. One that is back already stays
 * so, however late a step of its way back asks. Twice is as once.
 */
export const markLeaving = async (ledger: Ledger, target: string, rollout: string): Promise<void> => {
  await update(ledger, keyOf(target), (row) => {
    const { begun, leaving } = stateOf(target, row?.data);
    return begun?.rollout !== rollout || leaving === rollout ? undefined : { ...row?.data, leaving: rollout };
  });
};

/** When a rollout was about to make its first write on a target; `undefined`: it never was. */
export const readBegunAt = async (ledger: Ledger, rollout: string, target: string): Promise<number | undefined> => {
  const row = await ledger.get({ partition: `rollout#${rollout}`, sort: `begun#${target}` });
  return typeof row?.data.at === 'number' ? row.data.at : undefined;
};

/** The targets a rollout has begun to change. */
export const readBegun = async (ledger: Ledger, rollout: string): Promise<readonly string[]> =>
  (await queryAll(ledger, `rollout#${rollout}`, 'begun#')).map((row) => row.sort.slice('begun#'.length));

/** Notes that a wave passed without this target: a debt that the rollout ends with. Twice is as once. */
export const markDebt = async (ledger: Ledger, rollout: string, target: string, because: string): Promise<void> => {
  await ledger.put({ partition: `rollout#${rollout}`, sort: `debt#${target}`, data: { because }, expect: 'absent' });
};

/** The targets a rollout ends without. */
export const readDebt = async (ledger: Ledger, rollout: string): Promise<readonly string[]> =>
  (await queryAll(ledger, `rollout#${rollout}`, 'debt#')).map((row) => row.sort.slice('debt#'.length));

/** How many older standings are remembered: more rollouts than that are never under way on one target. */
const remembered = 10;

/** After the gates: this is what a rollback of the next release goes back to. Twice is as once. */
export const markVerified = async (ledger: Ledger, target: string, standing: Standing): Promise<void> => {
  await update(ledger, keyOf(target), (row) => {
    const { verified, earlier = [] } = stateOf(target, row?.data);
    const before = verified === undefined || verified.rollout === standing.rollout ? earlier : [verified, ...earlier];
    return { begun: standing, verified: standing, earlier: before.slice(0, remembered) };
  });
};

/** After a rollback: the target stands on `standing` again, and what was left is not remembered as a way back. Twice is as once. */
export const markBack = async (ledger: Ledger, target: string, left: string, standing: Standing): Promise<void> => {
  await update(ledger, keyOf(target), (row) => ({
    begun: standing,
    verified: standing,
    earlier: withoutBoth(stateOf(target, row?.data).earlier, left, standing.rollout),
  }));
};

/**
 * A rollout failed whose release a newer one has replaced on the target: nobody may go back to it any more. What was verified before it
 * takes its place. Twice is as once.
 */
export const dropStanding = async (ledger: Ledger, target: string, failed: string): Promise<void> => {
  await update(ledger, keyOf(target), (row) => {
    const { verified, earlier = [], ...others } = stateOf(target, row?.data);
    const kept = [verified, ...earlier].filter((standing) => standing !== undefined && standing.rollout !== failed);
    if (row === undefined || kept.length === earlier.length + (verified === undefined ? 0 : 1)) return undefined;
    const [newest, ...rest] = kept;
    return { ...others, ...(newest === undefined ? {} : { verified: newest }), earlier: rest };
  });
};

const withoutBoth = (earlier: TargetState['earlier'], left: string, now: string): readonly Standing[] =>
  (earlier ?? []).filter(({ rollout }) => rollout !== left && rollout !== now);
